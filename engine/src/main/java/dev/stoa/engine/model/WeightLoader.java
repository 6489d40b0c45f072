package dev.stoa.engine.model;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TensorInfo;
import dev.stoa.engine.kernel.Dequantizer;
import dev.stoa.engine.kernel.MatrixPacker;
import dev.stoa.engine.kernel.PackedMatrix;
import dev.stoa.engine.kernel.Workers;

/** Finds a model's tensors by their names in GGUF, checks their shapes, and repacks them. Used once. */
final class WeightLoader {
    private final GgufFile file;
    private final ModelConfig config;
    private final Workers workers;

    WeightLoader(GgufFile file, ModelConfig config, Workers workers) {
        this.file = file;
        this.config = config;
        this.workers = workers;
    }

    Transformer.Weights load() {
        refuseBiases();
        LayerWeights[] layers = new LayerWeights[config.layers()];
        for (int layer = 0; layer < layers.length; layer++) {
            layers[layer] = layer("blk." + layer + ".");
        }
        String output = file.tensors().containsKey("output.weight") ? "output.weight" : "token_embd.weight";
        return new Transformer.Weights(
                embeddings(),
                layers,
                vector("output_norm.weight", config.width()),
                matrix(output, config.vocabulary(), config.width()),
                optionalVector("rope_freqs.weight", config.headSize() / 2));
    }

    /** A bias that is left out would give wrong answers without a word. */
    private void refuseBiases() {
        for (String name : file.tensors().keySet()) {
            if (name.endsWith(".bias")) {
                throw new ModelLoadException(file.path() + ": tensor '" + name + "' is not supported in architecture '"
                        + config.architecture() + "'");
            }
        }
    }

    private Embeddings embeddings() {
        TensorInfo tensor = shaped("token_embd.weight", config.width(), config.vocabulary());
        return new Embeddings(tensor.type(), file.data(tensor), config.width(), config.embeddingScale());
    }

    private LayerWeights layer(String prefix) {
        int width = config.width();
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        boolean gemma = config.architecture().startsWith("gemma");
        return new LayerWeights(
                vector(prefix + "attn_norm.weight", width),
                matrix(prefix + "attn_q.weight", queries, width),
                matrix(prefix + "attn_k.weight", keys, width),
                matrix(prefix + "attn_v.weight", keys, width),
                gemma ? vector(prefix + "attn_q_norm.weight", config.headSize()) : new float[0],
                gemma ? vector(prefix + "attn_k_norm.weight", config.headSize()) : new float[0],
                matrix(prefix + "attn_output.weight", width, queries),
                gemma ? vector(prefix + "post_attention_norm.weight", width) : new float[0],
                vector(prefix + "ffn_norm.weight", width),
                matrix(prefix + "ffn_gate.weight", config.feedForward(), width),
                matrix(prefix + "ffn_up.weight", config.feedForward(), width),
                matrix(prefix + "ffn_down.weight", width, config.feedForward()),
                gemma ? vector(prefix + "post_ffw_norm.weight", width) : new float[0]);
    }

    private PackedMatrix matrix(String name, int rows, int cols) {
        TensorInfo tensor = shaped(name, cols, rows);
        return MatrixPacker.pack(name, tensor.type(), file.data(tensor), rows, cols, workers);
    }

    private float[] optionalVector(String name, int length) {
        return file.tensors().containsKey(name) ? vector(name, length) : new float[0];
    }

    private float[] vector(String name, int length) {
        TensorInfo tensor = shaped(name, length, 1);
        float[] vector = new float[length];
        new Dequantizer(tensor.type(), length).row(file.data(tensor), 0, vector, 0);
        return vector;
    }

    private TensorInfo shaped(String name, int cols, int rows) {
        TensorInfo tensor = file.tensor(name);
        if (tensor.dimension(0) != cols || tensor.dimension(1) != rows || tensor.elements() != (long) cols * rows) {
            throw new ModelLoadException(
                    file.path() + ": tensor " + tensor + " should have the shape [" + cols + ", " + rows + "]");
        }
        return tensor;
    }
}
