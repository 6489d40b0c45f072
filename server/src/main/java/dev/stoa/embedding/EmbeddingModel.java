package dev.stoa.embedding;

import java.util.List;

/** A model that embeds. {@link #tokens} is for any thread, {@link #embed} for one at a time. */
interface EmbeddingModel extends AutoCloseable {
    /** Numbers of a vector. */
    int dimensions();

    /** The longest text in tokens, those that mark its ends included. */
    int tokensMax();

    /** Token ids of a text, those that mark its ends included; may be longer than {@link #tokensMax}. */
    long[] tokens(String text);

    /**
     * Embeds texts together.
     *
     * @param texts token ids, each 1 to {@link #tokensMax}
     * @return unit vectors, {@code [texts][dimensions]}
     */
    float[][] embed(List<long[]> texts);

    @Override
    void close();
}
