package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;

/**
 * Writes the products of attention with pages of bfloat16 keys and values, as {@link dev.stoa.engine.kernel.KvPages} has
 * them: chains of fused multiply-adds in the order that {@link dev.stoa.engine.kernel.Kernels#dots} takes, without a tile
 * in between.
 */
final class Avx512PageProgram {
    /** Queries of one call: as many as {@link #sums} has address registers for. */
    static final int MAX_QUERIES = 4;

    /** Numbers of a head that one turn of {@link #sums} computes: four registers for each query. */
    static final int CHUNK = 64;

    private static final int REGISTER_BYTES = 64;
    private static final int HALF_BITS = 16;
    private static final int UPPER_HALVES = 0xffff0000;

    private static final int FIRST = 24;
    private static final int QUERY = 28;
    private static final int MASK = 31;

    private static final Register COUNT = Register.RAX;

    private final Assembler assembler = new Assembler(Encoding.EVEX);
    private final int queries;
    /** Words of a token in a page: half the head. */
    private final int words;

    private Avx512PageProgram(int queries, int headSize) {
        if (queries < 1 || queries > MAX_QUERIES || headSize % CHUNK != 0) {
            throw new IllegalArgumentException(queries + " queries, heads of " + headSize);
        }
        this.queries = queries;
        this.words = headSize / 2;
        assembler.set(COUNT, UPPER_HALVES);
        assembler.broadcast(MASK, COUNT);
    }

    /**
     * Scores of 32 tokens. Arguments: two pages of keys {@code [words][16]}, the queries {@code [queries][headSize]}, the
     * scores {@code [queries][…]}, and the bytes from a query's scores to the next's.
     */
    static byte[] scores(int queries, int headSize) {
        return new Avx512PageProgram(queries, headSize).scores();
    }

    private byte[] scores() {
        for (int i = 0; i < 2 * queries; i++) {
            assembler.xor(i, i, i);
        }
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

    /** The numbers in the low halves of all words come first. The page of values, wanted next, follows that of keys. */
    private void scorePass(boolean low) {
        assembler.set(COUNT, words);
        int begin = assembler.here();
        half(FIRST, Register.RDI, 0, low);
        half(FIRST + 1, Register.RSI, 0, low);
        if (low) {
            assembler.prefetch(Register.RDI, words * REGISTER_BYTES);
            assembler.prefetch(Register.RSI, words * REGISTER_BYTES);
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

    /**
     * Adds {@code score · value} over the tokens of one page, for the numbers in 32 words. Arguments: the page of values
     * {@code [16][words]} from the first of these words, the scores {@code [queries][…]}, the bytes from a query's scores to
     * the next's, the sums {@code [queries][headSize]} from the same place, and the number of tokens, at least one.
     */
    static byte[] sums(int queries, int headSize) {
        return new Avx512PageProgram(queries, headSize).sums();
    }

    private byte[] sums() {
        Register[] scores = {Register.RSI, Register.R9, Register.R10, Register.R11};
        for (int query = 1; query < queries; query++) {
            assembler.copy(scores[query], scores[query - 1]);
            assembler.add(scores[query], Register.RDX);
        }
        for (int i = 0; i < 4 * queries; i++) {
            assembler.load(i, Register.RCX, sumAt(i));
        }
        int begin = assembler.here();
        for (int i = 0; i < 4; i++) {
            half(FIRST + i, Register.RDI, i % 2 * REGISTER_BYTES, i < 2);
        }
        for (int query = 0; query < queries; query++) {
            assembler.broadcast(QUERY, scores[query], 0);
            for (int i = 0; i < 4; i++) {
                assembler.multiplyAdd(4 * query + i, FIRST + i, QUERY);
            }
            assembler.add(scores[query], Float.BYTES);
        }
        assembler.add(Register.RDI, words * Integer.BYTES);
        assembler.add(Register.R8, -1);
        assembler.jumpIfNotZero(begin);
        for (int i = 0; i < 4 * queries; i++) {
            assembler.store(i, Register.RCX, sumAt(i));
        }
        assembler.end();
        return assembler.bytes();
    }

    private int sumAt(int i) {
        int query = i / 4;
        int upper = i % 4 / 2;
        return (query * 2 + upper) * words * Float.BYTES + i % 2 * REGISTER_BYTES;
    }
}
