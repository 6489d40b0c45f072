/**
 * Embeddings: a text becomes a vector whose direction stands for its meaning.
 *
 * <p>Texts of all requests for a model meet in one queue; one thread takes them in batches of similar length and runs
 * the model. One model comes with the server and is loaded when its first text arrives; the other is the one that the
 * engine serves, whose hidden states are computed in the same steps as generations.
 */
@NullMarked
package dev.stoa.embedding;

import org.jspecify.annotations.NullMarked;
