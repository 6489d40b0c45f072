/**
 * Decoder models: their shape from a file's metadata, their weights, and the forward pass.
 *
 * <p>{@link dev.stoa.engine.model.Model#load} refuses what it can't compute, by name. Supported: {@code llama} (RMSNorm,
 * grouped queries, SwiGLU, interleaved rotation with optional frequency factors) and {@code gemma3} (rotation of halves
 * with two bases, windowed and global layers, norms of queries and keys and after each part, GELU, scaled embeddings).
 * Output and embeddings may share one tensor.
 *
 * <p>A step takes rows of any number of sequences. Each layer runs as stages over the workers, each stage split over
 * rows, heads or panels: norm and quantisation; queries, keys and values; rotation and storing; attention; quantisation;
 * output; sum and norm; gate and up with activation; down; sum. A row's keys and values are stored before any row
 * attends, so rows of one prompt in one step see each other as if they had come one by one.
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.model;
