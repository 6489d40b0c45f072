package dev.stoa.engine.model;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.GgufMetadata;
import dev.stoa.engine.gguf.TensorInfo;
import dev.stoa.engine.model.ModelConfig.Activation;
import dev.stoa.engine.model.ModelConfig.Frequencies;
import dev.stoa.engine.model.ModelConfig.Rotation;
import java.util.List;

/** Reads a {@link ModelConfig} from a file's metadata, or says why the model can't be served. */
final class Architectures {
    static final List<String> SUPPORTED = List.of("llama", "qwen2", "qwen3", "gemma2", "gemma3");

    /** Gemma 3 27B scales attention by its width for each head; it is known by its layers. */
    private static final int GEMMA3_27B_LAYERS = 62;

    /** Gemma 2 27B does so too. */
    private static final int GEMMA2_27B_LAYERS = 46;

    private static final int GEMMA2_GLOBAL_EVERY = 2;
    private static final int GEMMA2_WINDOW = 4096;
    private static final int GEMMA3_GLOBAL_EVERY = 6;
    private static final double GEMMA3_LOCAL_BASE = 10_000;

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final String architecture;

    private Architectures(GgufFile file) {
        this.file = file;
        this.metadata = file.metadata();
        this.architecture = metadata.string("general.architecture");
    }

    /** @throws ModelLoadException if the architecture or one of its options isn't supported, or a number makes no sense */
    static ModelConfig read(GgufFile file) {
        Architectures reader = new Architectures(file);
        ModelConfig config = switch (reader.architecture) {
            case "llama" -> reader.llama();
            case "qwen2", "qwen3" -> reader.qwen();
            case "gemma2" -> reader.gemma2();
            case "gemma3" -> reader.gemma3();
            default ->
                throw new ModelLoadException(file.path() + ": architecture '" + reader.architecture
                        + "' is not supported; supported: " + String.join(", ", SUPPORTED));
        };
        return reader.checked(config);
    }

    private ModelConfig llama() {
        Frequencies frequencies = new Frequencies(metadata.decimal(key("rope.freq_base"), 10_000), ropeScale());
        return config(frequencies, frequencies, 1f, Activation.SILU, Rotation.INTERLEAVED, 0, 1);
    }

    private ModelConfig qwen() {
        Frequencies frequencies = new Frequencies(metadata.decimal(key("rope.freq_base"), 10_000), ropeScale());
        return config(frequencies, frequencies, 1f, Activation.SILU, Rotation.HALVES, 0, 1);
    }

    private ModelConfig gemma2() {
        Frequencies frequencies = new Frequencies(metadata.decimal(key("rope.freq_base"), 10_000), ropeScale());
        return config(
                frequencies,
                frequencies,
                (float) Math.sqrt(integer("embedding_length")),
                Activation.GELU,
                Rotation.HALVES,
                metadata.integer(key("attention.sliding_window"), GEMMA2_WINDOW),
                GEMMA2_GLOBAL_EVERY);
    }

    private ModelConfig gemma3() {
        return config(
                new Frequencies(metadata.decimal(key("rope.freq_base"), 1_000_000), ropeScale()),
                new Frequencies(metadata.decimal(key("rope.local.freq_base"), GEMMA3_LOCAL_BASE), 1),
                (float) Math.sqrt(integer("embedding_length")),
                Activation.GELU,
                Rotation.HALVES,
                integer("attention.sliding_window"),
                metadata.integer(key("attention.sliding_window_pattern"), GEMMA3_GLOBAL_EVERY));
    }

    private ModelConfig config(
            Frequencies global,
            Frequencies local,
            float embeddingScale,
            Activation activation,
            Rotation rotation,
            int window,
            int globalEvery) {
        int width = integer("embedding_length");
        int heads = integer("attention.head_count");
        int headSize = metadata.integer(key("attention.key_length"), heads > 0 ? width / heads : 0);
        int layers = integer("block_count");
        boolean byWidth = architecture.equals("gemma3") && layers == GEMMA3_27B_LAYERS
                || architecture.equals("gemma2") && layers == GEMMA2_27B_LAYERS;
        double scaleOf = byWidth && heads > 0 ? (double) width / heads : headSize;
        return new ModelConfig(
                architecture,
                layers,
                width,
                integer("feed_forward_length"),
                heads,
                metadata.integer(key("attention.head_count_kv"), heads),
                headSize,
                vocabulary(),
                integer("context_length"),
                (float) metadata.decimal(key("attention.layer_norm_rms_epsilon")),
                (float) (1 / Math.sqrt(scaleOf)),
                embeddingScale,
                activation,
                rotation,
                global,
                local,
                window,
                globalEvery,
                cap("attn_logit_softcapping", 50),
                cap("final_logit_softcapping", 30));
    }

    /** Gemma 2 has caps even where the file names none; the others don't know them. */
    private float cap(String name, float otherwise) {
        boolean capped = architecture.equals("gemma2");
        return capped ? (float) metadata.decimal(key(name), otherwise) : 0;
    }

    private int vocabulary() {
        TensorInfo embeddings = file.tensor("token_embd.weight");
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, embeddings.dimension(1)));
    }

    private double ropeScale() {
        // A factor without a type is of the first kind there was.
        String type = metadata.string(key("rope.scaling.type"), "linear");
        double factor = metadata.decimal(key("rope.scaling.factor"), metadata.decimal(key("rope.scale_linear"), 1));
        if (!type.equals("none") && !type.equals("linear")) {
            throw unsupported("rope scaling '" + type + "' is not supported; supported: none, linear");
        }
        if (!(factor > 0)) {
            throw unsupported("rope scaling factor " + factor + " makes no sense");
        }
        return type.equals("none") ? 1 : 1 / factor;
    }

    private ModelConfig checked(ModelConfig config) {
        require(config.layers() > 0 && config.layers() <= 1000, "block_count", config.layers());
        require(config.width() > 0 && config.width() <= 1 << 16, "embedding_length", config.width());
        require(
                config.feedForward() > 0 && config.feedForward() <= 1 << 20,
                "feed_forward_length",
                config.feedForward());
        require(config.heads() > 0 && config.heads() <= 1024, "attention.head_count", config.heads());
        require(
                config.keyValueHeads() > 0 && config.heads() % config.keyValueHeads() == 0,
                "attention.head_count_kv",
                config.keyValueHeads());
        int size = config.headSize();
        require(size > 0 && size <= 1024 && size % 2 == 0, "attention.key_length", size);
        require(metadata.integer(key("attention.value_length"), size) == size, "attention.value_length", size);
        require(metadata.integer(key("rope.dimension_count"), size) == size, "rope.dimension_count", size);
        require(config.contextLength() > 0, "context_length", config.contextLength());
        require(config.window() >= 0, "attention.sliding_window", config.window());
        require(config.globalEvery() > 0, "attention.sliding_window_pattern", config.globalEvery());
        require(
                metadata.integer(key("expert_count"), 0) == 0,
                "expert_count",
                metadata.integer(key("expert_count"), 0));
        return config;
    }

    private void require(boolean holds, String key, int value) {
        if (!holds) {
            throw unsupported("metadata '" + key(key) + "' (" + value + ") is out of range or not supported");
        }
    }

    private ModelLoadException unsupported(String message) {
        return new ModelLoadException(file.path() + ": " + message);
    }

    private int integer(String key) {
        return metadata.integer(key(key));
    }

    private String key(String key) {
        return architecture + "." + key;
    }
}
