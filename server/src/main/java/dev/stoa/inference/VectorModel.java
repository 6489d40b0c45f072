package dev.stoa.inference;

import java.util.List;

/** A model of the embedded engine as a source of vectors: its hidden states, pooled as its file says. Thread-safe. */
public interface VectorModel {
    /** The model whose hidden states they are. */
    Model model();

    /** Numbers of a vector. */
    int dimensions();

    /** The longest text in tokens. */
    int tokensMax();

    /**
     * Token ids of a text; may be longer than {@link #tokensMax}.
     *
     * @throws dev.stoa.shared.StoaException if none is left of it
     */
    int[] tokens(String text);

    /**
     * Embeds texts in the same steps as generations; waits until they are done.
     *
     * @param texts token ids, each 1 to {@link #tokensMax}
     * @return unit vectors in the order of the texts
     * @throws dev.stoa.shared.StoaException if the engine refuses them
     */
    List<float[]> embed(List<int[]> texts) throws InterruptedException;
}
