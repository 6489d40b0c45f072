package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;

/** {@link PageProgram} for AVX2, in registers of 8 numbers: two for each query. */
final class Avx2PageProgram extends PageProgram {
    private static final int REGISTER_BYTES = 32;
    /** One word of the 16 tokens of a page of keys. */
    private static final int TOKENS_BYTES = 16 * Integer.BYTES;

    /** As many as {@link #sums} has address registers for. */
    private static final int QUERIES = 4;

    /** What {@link #sums} asks for. */
    private static final Register AHEAD = Register.RDX;

    private static final int FIRST = 8;
    private static final int SECOND = 9;
    private static final int QUERY = 10;
    private static final int MASK = 11;

    Avx2PageProgram(int queries, int headSize) {
        super(Encoding.VEX, MASK, queries, headSize);
    }

    @Override
    int scoreQueries() {
        return QUERIES;
    }

    @Override
    int sumQueries() {
        return QUERIES;
    }

    @Override
    byte[] scores() {
        beginScores(Register.R11);
        pageScores(Register.RDI, 0);
        assembler.copy(Register.R9, Register.R11);
        assembler.add(Register.RDX, -2 * words * Float.BYTES);
        pageScores(Register.RSI, TOKENS_BYTES);
        assembler.end();
        return assembler.bytes();
    }

    private void pageScores(Register page, int to) {
        for (int i = 0; i < 2 * queries; i++) {
            assembler.xor(i, i, i);
        }
        scorePass(page, true);
        assembler.add(page, -words * TOKENS_BYTES);
        scorePass(page, false);
        assembler.copy(Register.R10, Register.RCX);
        for (int query = 0; query < queries; query++) {
            assembler.store(2 * query, Register.R10, to);
            assembler.store(2 * query + 1, Register.R10, to + REGISTER_BYTES);
            assembler.add(Register.R10, Register.R8);
        }
    }

    /** The numbers in the low halves of all words come first. */
    private void scorePass(Register page, boolean low) {
        assembler.set(COUNT, words);
        int begin = assembler.here();
        half(FIRST, page, 0, low);
        half(SECOND, page, REGISTER_BYTES, low);
        if (low) {
            assembler.prefetch(page, words * TOKENS_BYTES);
        } else {
            assembler.prefetch(Register.R9, 0);
            assembler.add(Register.R9, TOKENS_BYTES);
        }
        for (int query = 0; query < queries; query++) {
            assembler.broadcast(QUERY, Register.RDX, query * 2 * words * Float.BYTES);
            assembler.multiplyAdd(2 * query, FIRST, QUERY);
            assembler.multiplyAdd(2 * query + 1, SECOND, QUERY);
        }
        assembler.add(page, TOKENS_BYTES);
        assembler.add(Register.RDX, Float.BYTES);
        assembler.add(COUNT, -1);
        assembler.jumpIfNotZero(begin);
    }

    private void half(int to, Register page, int distance, boolean low) {
        if (low) {
            assembler.load(to, page, distance);
            assembler.shiftLeft(to, to, HALF_BITS);
        } else {
            assembler.and(to, MASK, page, distance);
        }
    }

    /** Eight words at a time, over all tokens; then back to the first token. The first two of these four ask for lines. */
    @Override
    byte[] sums() {
        Register[] scores = beginSums();
        for (int distance = 0; distance < CHUNK / 2 * Integer.BYTES; distance += REGISTER_BYTES) {
            for (int i = 0; i < 2 * queries; i++) {
                assembler.load(i, Register.RCX, i * words * Float.BYTES + distance);
            }
            tokenLoop(scores, distance);
            for (int i = 0; i < 2 * queries; i++) {
                assembler.store(i, Register.RCX, i * words * Float.BYTES + distance);
            }
            assembler.multiply(COUNT, Register.R8, -words * Integer.BYTES);
            assembler.add(Register.RDI, COUNT);
            assembler.multiply(COUNT, Register.R8, -Float.BYTES);
            for (int query = 0; query < queries; query++) {
                assembler.add(scores[query], COUNT);
            }
        }
        assembler.end();
        return assembler.bytes();
    }

    /**
     * Sets the addresses of {@link #sums}, what to ask for in {@link #AHEAD}.
     *
     * @return one for the scores of each query
     */
    private Register[] beginSums() {
        addArguments(0, Register.RDI, Register.RSI, Register.RCX, Register.R9);
        Register[] scores = {Register.RSI, Register.R9, Register.R10, Register.R11};
        assembler.copy(COUNT, Register.R9);
        for (int query = 1; query < queries; query++) {
            assembler.copy(scores[query], scores[query - 1]);
            assembler.add(scores[query], Register.RDX);
        }
        assembler.copy(AHEAD, COUNT);
        return scores;
    }

    private void tokenLoop(Register[] scores, int distance) {
        assembler.copy(COUNT, Register.R8);
        int begin = assembler.here();
        half(FIRST, Register.RDI, distance, true);
        half(SECOND, Register.RDI, distance, false);
        if (distance < 2 * REGISTER_BYTES) {
            assembler.prefetch(AHEAD, 0);
            assembler.add(AHEAD, LINE);
        }
        for (int query = 0; query < queries; query++) {
            assembler.broadcast(QUERY, scores[query], 0);
            assembler.multiplyAdd(2 * query, FIRST, QUERY);
            assembler.multiplyAdd(2 * query + 1, SECOND, QUERY);
            assembler.add(scores[query], Float.BYTES);
        }
        assembler.add(Register.RDI, words * Integer.BYTES);
        assembler.add(COUNT, -1);
        assembler.jumpIfNotZero(begin);
    }
}
