package dev.stoa.engine.kernel;

/**
 * What attention computes with pages of keys and values, as {@link KvPages} has them, two pages of {@link Kernels#PAGE}
 * tokens at a time. Holds buffers: one for each worker.
 */
public interface PageProducts {
    /** Tokens of two pages. */
    int TILE = 2 * Kernels.PAGE;

    /** Rows for so many queries: the dot kernel is fastest with fours; a single query stays alone. */
    static int padded(int count) {
        return count == 1 ? 1 : (count + 3) / 4 * 4;
    }

    /**
     * Says, before each {@link #score} and {@link #sum}, which keys are wanted after it, as they may have to come from far.
     * They are not read.
     *
     * @param at where the keys begin in both pages
     */
    default void ahead(int[] first, int[] second, int at) {}

    /**
     * Scores of up to {@value #TILE} tokens: {@code scores[i][t] = Σ query[i][d] · key[t][d]}, a chain of fused multiply-adds
     * in the order of {@code d}.
     *
     * @param second the page that follows, or {@code first} where there is none: its scores are any numbers then
     * @param at where the keys begin in both
     * @param queries shape {@code [query + count][width]}; up to a multiple of four the rows beyond are there too
     * @param query the first one
     * @param scores shape {@code [count][stride]} from {@code to}; the rows up to a multiple of four may be written
     */
    void score(
            int[] first,
            int[] second,
            int at,
            float[] queries,
            int query,
            int count,
            float[] scores,
            int to,
            int stride);

    /**
     * {@code sums[i][d] += Σ scores[i][t] · value[t][d]} over {@code depth} tokens, a chain in the order of {@code t}.
     *
     * @param second as for {@link #score}
     * @param sums shape {@code [query + count][width]}, with rows beyond as above
     * @param query the first one
     */
    void sum(
            int[] first,
            int[] second,
            int at,
            float[] scores,
            int from,
            int stride,
            int query,
            int count,
            int depth,
            float[] sums);

    /** Whether queries of {@link #sum} may be followed by others; otherwise by rows of zeros only. */
    default boolean takesSomeOfQueries() {
        return false;
    }
}
