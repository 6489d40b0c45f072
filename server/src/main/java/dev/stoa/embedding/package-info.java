/**
 * Embeddings: a text becomes a vector whose direction stands for its meaning.
 *
 * <p>Texts of all requests meet in one queue; one thread takes them in batches of similar length and runs the model. The
 * model comes with the server and is loaded when the first text arrives.
 */
@NullMarked
package dev.stoa.embedding;

import org.jspecify.annotations.NullMarked;
