package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;

/**
 * Writes the products of attention with pages of bfloat16 keys and values, as {@link dev.stoa.engine.kernel.KvPages} has
 * them: chains of fused multiply-adds in the order that {@link dev.stoa.engine.kernel.Kernels#dots} takes, without a tile
 * in between. For one program; not thread-safe.
 */
abstract class PageProgram {
    /** Queries of one call: as many as {@link #sums} has address registers for. */
    static final int MAX_QUERIES = 4;

    /** Numbers of a head that one turn of {@link #sums} computes. */
    static final int CHUNK = 64;

    static final int HALF_BITS = 16;
    /** Bytes that are asked for at once. */
    static final int LINE = 64;

    static final Register COUNT = Register.RAX;
    /** What {@link #sums} asks for. */
    static final Register AHEAD = Register.RDX;

    private static final int UPPER_HALVES = 0xffff0000;

    final Assembler assembler;
    final int queries;
    /** Words of a token in a page: half the head. */
    final int words;

    /** @param mask the vector register that takes the upper halves of words */
    PageProgram(Encoding encoding, int mask, int queries, int headSize) {
        if (queries < 1 || queries > MAX_QUERIES || headSize % CHUNK != 0) {
            throw new IllegalArgumentException(queries + " queries, heads of " + headSize);
        }
        this.assembler = new Assembler(encoding);
        this.queries = queries;
        this.words = headSize / 2;
        assembler.set(COUNT, UPPER_HALVES);
        assembler.broadcast(mask, COUNT);
    }

    /**
     * Scores of 32 tokens. Arguments: two pages of keys {@code [words][16]}, the queries {@code [queries][headSize]}, the
     * scores {@code [queries][…]}, the bytes from a query's scores to the next's, and two pages of keys to ask for. The
     * pages of values, wanted next, are asked for as well; they follow those of keys.
     */
    abstract byte[] scores();

    /**
     * Adds {@code score · value} over the tokens of one page, for the numbers in 32 words. Arguments: the page of values
     * {@code [16][words]} from the first of these words, the scores {@code [queries][…]}, the bytes from a query's scores to
     * the next's, the sums {@code [queries][headSize]} from the same place, the number of tokens, at least one, and memory
     * to ask for: two lines for each token.
     */
    abstract byte[] sums();

    /** Where the second of the pages to ask for is: the seventh argument, behind the address to return to. */
    final void loadSecondAhead(Register to) {
        assembler.loadFromStack(to, Long.BYTES);
    }

    /**
     * An address for the scores of each query, {@code RDX} bytes apart from {@code RSI}; {@link #AHEAD} gets the sixth
     * argument.
     */
    final Register[] scoreAddresses() {
        Register[] scores = {Register.RSI, Register.R9, Register.R10, Register.R11};
        assembler.copy(COUNT, Register.R9);
        for (int query = 1; query < queries; query++) {
            assembler.copy(scores[query], scores[query - 1]);
            assembler.add(scores[query], Register.RDX);
        }
        assembler.copy(AHEAD, COUNT);
        return scores;
    }
}
