package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;

/** {@link PageProgram} for AVX-512: two registers for each query's scores, four for its sums. */
final class Avx512PageProgram extends PageProgram {
    private static final int REGISTER_BYTES = 64;

    private static final int FIRST = 24;
    private static final int QUERY = 28;
    /** Words as they are in memory. */
    private static final int WORDS = 29;

    private static final int MASK = 31;

    /** Where each query's scores are, as {@link #sums} has them. */
    private static final Register[] SCORES = {Register.RSI, Register.R10, Register.R11, Register.RAX, Register.RDX};
    /** What {@link #sums} asks for. */
    private static final Register AHEAD = Register.R9;

    Avx512PageProgram(int queries, int headSize) {
        super(Encoding.EVEX, MASK, queries, headSize);
    }

    @Override
    int scoreQueries() {
        return FIRST / 2;
    }

    @Override
    int sumQueries() {
        return SCORES.length;
    }

    @Override
    boolean sumsOfPairs() {
        return true;
    }

    @Override
    byte[] scores() {
        for (int i = 0; i < 2 * queries; i++) {
            assembler.xor(i, i, i);
        }
        beginScores(Register.R10);
        scorePass(true);
        assembler.add(Register.RDI, -words * REGISTER_BYTES);
        assembler.add(Register.RSI, -words * REGISTER_BYTES);
        scorePass(false);
        for (int query = 0; query < queries; query++) {
            assembler.store(2 * query, Register.RCX, 0);
            assembler.store(2 * query + 1, Register.RCX, REGISTER_BYTES);
            assembler.add(Register.RCX, Register.R8);
        }
        assembler.end();
        return assembler.bytes();
    }

    /** The numbers in the low halves of all words come first. */
    private void scorePass(boolean low) {
        assembler.set(COUNT, words);
        int begin = assembler.here();
        half(FIRST, Register.RDI, 0, low);
        half(FIRST + 1, Register.RSI, 0, low);
        if (low) {
            assembler.prefetch(Register.RDI, words * REGISTER_BYTES);
            assembler.prefetch(Register.RSI, words * REGISTER_BYTES);
        } else {
            assembler.prefetch(Register.R9, 0);
            assembler.prefetch(Register.R10, 0);
            assembler.add(Register.R9, REGISTER_BYTES);
            assembler.add(Register.R10, REGISTER_BYTES);
        }
        for (int query = 0; query < queries; query++) {
            assembler.broadcast(QUERY, Register.RDX, query * 2 * words * Float.BYTES);
            assembler.multiplyAdd(2 * query, FIRST, QUERY);
            assembler.multiplyAdd(2 * query + 1, FIRST + 1, QUERY);
        }
        assembler.add(Register.RDI, REGISTER_BYTES);
        assembler.add(Register.RSI, REGISTER_BYTES);
        assembler.add(Register.RDX, Float.BYTES);
        assembler.add(COUNT, -1);
        assembler.jumpIfNotZero(begin);
    }

    private void half(int to, Register page, int distance, boolean low) {
        if (low) {
            assembler.shiftLeft(to, page, distance, HALF_BITS);
        } else {
            assembler.and(to, MASK, page, distance);
        }
    }

    @Override
    byte[] sums() {
        beginSums();
        tokenLoop();
        endSums();
        return assembler.bytes();
    }

    @Override
    byte[] pairSums() {
        beginSums();
        tokenLoop();
        assembler.loadArgument(Register.RDI, 4);
        assembler.addArgument(Register.RDI, 0);
        assembler.loadArgument(AHEAD, 5);
        assembler.addArgument(AHEAD, 3);
        assembler.loadArgument(Register.R8, 6);
        tokenLoop();
        endSums();
        return assembler.bytes();
    }

    /** The distance from one query's scores to the next's is in a register that the last query takes. */
    private void beginSums() {
        addArguments(0, Register.RDI, SCORES[0], Register.RCX, AHEAD);
        for (int query = 1; query < queries; query++) {
            if (query < SCORES.length - 1) {
                assembler.copy(SCORES[query], SCORES[query - 1]);
                assembler.add(SCORES[query], Register.RDX);
            } else {
                assembler.add(Register.RDX, SCORES[query - 1]);
            }
        }
        for (int i = 0; i < 4 * queries; i++) {
            assembler.load(i, Register.RCX, sumAt(i));
        }
    }

    private void tokenLoop() {
        int begin = assembler.here();
        for (int i = 0; i < 2; i++) {
            assembler.load(WORDS + i, Register.RDI, i * REGISTER_BYTES);
            assembler.shiftLeft(FIRST + i, WORDS + i, HALF_BITS);
            assembler.and(FIRST + 2 + i, WORDS + i, MASK);
        }
        assembler.prefetch(AHEAD, 0);
        assembler.prefetch(AHEAD, LINE);
        assembler.add(AHEAD, 2 * LINE);
        for (int query = 0; query < queries; query++) {
            assembler.broadcast(QUERY, SCORES[query], 0);
            for (int i = 0; i < 4; i++) {
                assembler.multiplyAdd(4 * query + i, FIRST + i, QUERY);
            }
            assembler.add(SCORES[query], Float.BYTES);
        }
        assembler.add(Register.RDI, words * Integer.BYTES);
        assembler.add(Register.R8, -1);
        assembler.jumpIfNotZero(begin);
    }

    private void endSums() {
        for (int i = 0; i < 4 * queries; i++) {
            assembler.store(i, Register.RCX, sumAt(i));
        }
        assembler.end();
    }

    private int sumAt(int i) {
        int query = i / 4;
        int upper = i % 4 / 2;
        return (query * 2 + upper) * words * Float.BYTES + i % 2 * REGISTER_BYTES;
    }
}
