/**
 * Decoder models: their shape from a file's metadata, their weights, and the forward pass.
 *
 * <p>{@link dev.stoa.engine.model.Model#load} refuses what it can't compute, by name. All have RMSNorm, grouped queries
 * and a gated feed-forward part. Supported:
 *
 * <ul>
 *   <li>{@code llama}, which is Llama 1 to 3.x, SmolLM, Mistral and Mistral Nemo: SiLU, interleaved rotation, with optional
 *       frequency factors (Llama 3.1 and later), linear scaling, a head size of its own, and biases.
 *   <li>{@code qwen2}: rotation of halves, biases on queries, keys and values.
 *   <li>{@code qwen3}: rotation of halves, norms of queries and keys, a head size of its own.
 *   <li>{@code gemma2}: rotation of halves, windows on every other layer, norms after each part, soft caps on attention
 *       scores and logits, GELU, scaled embeddings.
 *   <li>{@code gemma3}: as {@code gemma2} without caps, windows on five layers of six with a rotation base of their own,
 *       norms of queries and keys.
 * </ul>
 *
 * <p>Biases and norms that a file has and an architecture doesn't know are refused: left out, answers would be wrong
 * without a word.
 * Output and embeddings may share one tensor.
 *
 * <p>A step takes rows of any number of sequences. Each layer runs as stages over the workers, each stage split over
 * rows, heads or panels: norm and quantisation; queries, keys and values; rotation and storing; attention; quantisation;
 * output; sum and norm; gate and up with activation; down; sum. A row's keys and values are stored before any row
 * attends, so rows of one prompt in one step see each other as if they had come one by one. Rows that see the
 * same pages attend together, so that a page is read once for them: those of one prompt, and single rows of sequences that
 * share their beginning.
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.model;
