package dev.stoa.engine.model;

import dev.stoa.engine.KvType;
import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.kernel.Workers;

/**
 * A model's shape and its weights, repacked in memory; only the embeddings are read from the file later, so the file must
 * stay open for as long as the model is used. Immutable.
 */
public final class Model {
    private final ModelConfig config;
    private final Transformer.Weights weights;

    private Model(ModelConfig config, Transformer.Weights weights) {
        this.config = config;
        this.weights = weights;
    }

    /**
     * Reads and repacks every weight.
     *
     * @throws ModelLoadException if the architecture isn't supported, or a tensor is missing or of the wrong shape
     */
    public static Model load(GgufFile file, Workers workers) {
        ModelConfig config = Architectures.read(file);
        return new Model(config, new WeightLoader(file, config, workers).load());
    }

    public ModelConfig config() {
        return config;
    }

    Transformer.Weights weights() {
        return weights;
    }

    /** How this model's keys and values lie in a block. */
    public KvLayout kvLayout(KvType type) {
        return new KvLayout(config.layers(), config.keyValueHeads(), config.headSize(), type);
    }
}
