package dev.stoa.engine;

/** How the hidden states of a text's tokens become one vector. */
public enum Pooling {
    /** Their mean: for models that were not trained to sum up a text at its end. */
    MEAN,
    /** The last token's, which has seen all the others. */
    LAST
}
