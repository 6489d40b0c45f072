package dev.stoa.engine.model;

/**
 * The shape of a decoder: everything about an architecture that is not a weight. Two architectures differ in nothing
 * else, so a new one is a new reader of metadata in {@link Architectures}.
 *
 * @param layers transformer layers
 * @param width numbers of a hidden state
 * @param feedForward inner width of the feed-forward part
 * @param heads query heads
 * @param keyValueHeads heads of keys and values; a divisor of {@code heads}
 * @param headSize numbers of a head
 * @param vocabulary number of token ids
 * @param contextLength tokens that the model was trained for
 * @param epsilon of RMSNorm
 * @param attentionScale factor of the dot products
 * @param embeddingScale factor of the embeddings
 * @param activation of the feed-forward gate
 * @param rotation how pairs are rotated by their position
 * @param global rotation of the layers that see the whole context
 * @param local rotation of the layers that see a window
 * @param window tokens that a windowed layer sees, the current one included; 0 for no windows
 * @param globalEvery every n-th layer is global where there are windows
 * @param attentionCap soft cap of attention scores (Gemma 2, arXiv 2408.00118); 0 for none
 * @param logitCap soft cap of the logits; 0 for none
 */
public record ModelConfig(
        String architecture,
        int layers,
        int width,
        int feedForward,
        int heads,
        int keyValueHeads,
        int headSize,
        int vocabulary,
        int contextLength,
        float epsilon,
        float attentionScale,
        float embeddingScale,
        Activation activation,
        Rotation rotation,
        Frequencies global,
        Frequencies local,
        int window,
        int globalEvery,
        float attentionCap,
        float logitCap) {

    /** The function of the gate. */
    public enum Activation {
        SILU,
        GELU
    }

    /** Which two numbers of a head make a pair. */
    public enum Rotation {
        /** Neighbours: 2i and 2i + 1. */
        INTERLEAVED,
        /** The two halves: i and i + headSize / 2. */
        HALVES
    }

    /**
     * @param base of the geometric series of frequencies
     * @param scale by which positions are multiplied
     */
    public record Frequencies(double base, double scale) {}

    /** Whether a layer sees a window only. */
    public boolean windowed(int layer) {
        return window > 0 && (layer + 1) % globalEvery != 0;
    }

    /** Whether the heads' queries and keys are normalised, each by itself. */
    boolean normalisesHeads() {
        return architecture.equals("gemma3") || architecture.equals("qwen3");
    }

    /** Whether what attention and feed-forward add is normalised before it is added. */
    boolean normalisesAdditions() {
        return architecture.startsWith("gemma");
    }

    /** Whether queries, keys and values have biases. */
    boolean hasBiases() {
        return architecture.equals("qwen2");
    }

    /** Query heads that share a key-value head. */
    public int group() {
        return heads / keyValueHeads;
    }
}
