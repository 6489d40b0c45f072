package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;

/**
 * Writes the products of attention with pages of bfloat16 keys and values, as {@link dev.stoa.engine.kernel.KvPages} has
 * them: chains of fused multiply-adds in the order that {@link dev.stoa.engine.kernel.Kernels#dots} takes, without a tile
 * in between. For one program; not thread-safe.
 */
abstract class PageProgram {
    /** Numbers of a head that one turn of {@link #sums} computes. */
    static final int CHUNK = 64;

    static final int HALF_BITS = 16;
    /** Bytes that are asked for at once. */
    static final int LINE = 64;

    static final Register COUNT = Register.RAX;
    private static final int UPPER_HALVES = 0xffff0000;

    final Assembler assembler;
    final int queries;
    /** Words of a token in a page: half the head. */
    final int words;

    /** @param mask the vector register that takes the upper halves of words */
    PageProgram(Encoding encoding, int mask, int queries, int headSize) {
        if (queries < 1 || headSize % CHUNK != 0) {
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
     * scores {@code [queries][…]}, the bytes from a query's scores to the next's, and two pages of keys to ask for; then, of
     * the two pages, the queries, the scores and the pages to ask for, how many bytes behind those addresses they begin. The
     * pages of values, wanted next, are asked for as well; they follow those of keys.
     */
    abstract byte[] scores();

    /**
     * Adds {@code score · value} over the tokens of one page, for the numbers in 32 words. Arguments: the page of values
     * {@code [16][words]} from the first of these words, the scores {@code [queries][…]}, the bytes from a query's scores to
     * the next's, the sums {@code [queries][headSize]} from the same place, the number of tokens, at least one, and memory
     * to ask for: two lines for each token; then, of the page, the scores, the sums and the memory to ask for, how many bytes
     * behind those addresses they begin.
     */
    abstract byte[] sums();

    /**
     * {@link #sums} over the 16 tokens of one page and then those of another. Three more arguments: the other page, the memory
     * to ask for meanwhile, and the number of its tokens, at least one; they begin as far behind as the first ones.
     *
     * @throws UnsupportedOperationException unless {@link #sumsOfPairs}
     */
    byte[] pairSums() {
        throw new UnsupportedOperationException("pages one by one");
    }

    /** Whether there are {@link #pairSums}. */
    boolean sumsOfPairs() {
        return false;
    }

    /** Queries of one call of {@link #scores} at most. */
    abstract int scoreQueries();

    /** Queries of one call of {@link #sums} at most. */
    abstract int sumQueries();

    /** Adds to addresses how far behind them something begins. */
    final void addArguments(int number, Register... addresses) {
        for (int i = 0; i < addresses.length; i++) {
            assembler.addArgument(addresses[i], number + i);
        }
    }

    /** Sets the addresses of {@link #scores}. @param secondAhead gets the second of the pages to ask for */
    final void beginScores(Register secondAhead) {
        assembler.loadArgument(secondAhead, 0);
        addArguments(1, Register.RDI, Register.RDX, Register.RCX, Register.R9);
        assembler.addArgument(Register.RSI, 1);
        assembler.addArgument(secondAhead, 4);
    }
}
