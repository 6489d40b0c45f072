package dev.stoa.engine.model;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TensorInfo;
import dev.stoa.engine.kernel.Dequantizer;
import dev.stoa.engine.kernel.MatrixPacker;
import dev.stoa.engine.kernel.PackedMatrix;
import dev.stoa.engine.kernel.Workers;
import java.util.HashSet;
import java.util.Set;

/** Finds a model's tensors by their names in GGUF, checks their shapes, and repacks them. Used once. */
final class WeightLoader {
    private final GgufFile file;
    private final ModelConfig config;
    private final Workers workers;
    private final Set<String> used = new HashSet<>();

    WeightLoader(GgufFile file, ModelConfig config, Workers workers) {
        this.file = file;
        this.config = config;
        this.workers = workers;
    }

    Transformer.Weights load() {
        LayerWeights[] layers = new LayerWeights[config.layers()];
        Transformer.Biases[] biases = new Transformer.Biases[config.layers()];
        for (int layer = 0; layer < layers.length; layer++) {
            layers[layer] = layer("blk." + layer + ".");
            biases[layer] = biases("blk." + layer + ".");
        }
        String output = file.tensors().containsKey("output.weight") ? "output.weight" : "token_embd.weight";
        Transformer.Weights weights = new Transformer.Weights(
                embeddings(),
                layers,
                biases,
                vector("output_norm.weight", config.width()),
                new PackedMatrix[] {matrix(output, config.vocabulary(), config.width())},
                optionalVector("rope_freqs.weight", config.headSize() / 2));
        refuseOthers();
        return weights;
    }

    /** A bias or norm that is left out would give wrong answers without a word. */
    private void refuseOthers() {
        for (String name : file.tensors().keySet()) {
            if ((name.endsWith(".bias") || name.contains("norm")) && !used.contains(name)) {
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
        boolean heads = config.normalisesHeads();
        boolean additions = config.normalisesAdditions();
        return new LayerWeights(
                vector(prefix + "attn_norm.weight", width),
                new PackedMatrix[] {
                    matrix(prefix + "attn_q.weight", queries, width),
                    matrix(prefix + "attn_k.weight", keys, width),
                    matrix(prefix + "attn_v.weight", keys, width)
                },
                heads ? vector(prefix + "attn_q_norm.weight", config.headSize()) : new float[0],
                heads ? vector(prefix + "attn_k_norm.weight", config.headSize()) : new float[0],
                new PackedMatrix[] {matrix(prefix + "attn_output.weight", width, queries)},
                additions ? vector(prefix + "post_attention_norm.weight", width) : new float[0],
                vector(prefix + "ffn_norm.weight", width),
                MatrixPacker.packBoth(
                        packer(prefix + "ffn_gate.weight", config.feedForward(), width),
                        packer(prefix + "ffn_up.weight", config.feedForward(), width),
                        workers),
                new PackedMatrix[] {matrix(prefix + "ffn_down.weight", width, config.feedForward())},
                additions ? vector(prefix + "post_ffw_norm.weight", width) : new float[0]);
    }

    /** Some models of the llama kind have them too. */
    private Transformer.Biases biases(String prefix) {
        boolean expected = config.hasBiases()
                || config.architecture().equals("llama") && file.tensors().containsKey(prefix + "attn_q.bias");
        if (!expected) {
            return new Transformer.Biases(new float[0], new float[0], new float[0]);
        }
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        return new Transformer.Biases(
                vector(prefix + "attn_q.bias", queries),
                vector(prefix + "attn_k.bias", keys),
                vector(prefix + "attn_v.bias", keys));
    }

    private PackedMatrix matrix(String name, int rows, int cols) {
        return packer(name, rows, cols).pack(workers);
    }

    private MatrixPacker packer(String name, int rows, int cols) {
        TensorInfo tensor = shaped(name, cols, rows);
        return new MatrixPacker(name, tensor.type(), file.data(tensor), rows, cols);
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
        used.add(name);
        TensorInfo tensor = file.tensor(name);
        if (tensor.dimension(0) != cols || tensor.dimension(1) != rows || tensor.elements() != (long) cols * rows) {
            throw new ModelLoadException(
                    file.path() + ": tensor " + tensor + " should have the shape [" + cols + ", " + rows + "]");
        }
        return tensor;
    }
}
