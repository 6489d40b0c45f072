package dev.stoa.engine.model;

import dev.stoa.engine.gguf.GgufWriter;
import dev.stoa.engine.gguf.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Models of every architecture, a few kilobytes each, with weights that are a function of their place: the same file on
 * every machine. What they say means nothing; that another engine computes the same from them does. {@code
 * tiny_golden.py} beside the golden files has llama.cpp do so.
 */
public enum TinyModels {
    LLAMA("llama", 16) {
        @Override
        void describe(GgufWriter writer, List<Tensor> tensors) {
            writer.number("llama.rope.dimension_count", GgufWriter.U32, headSize);
        }
    },
    /** Rotation slowed down by factors, as Llama 3.1 and later have it. */
    LLAMA3("llama", 16) {
        @Override
        void describe(GgufWriter writer, List<Tensor> tensors) {
            writer.f32("llama.rope.freq_base", 500_000);
            tensors.add(new Tensor("rope_freqs.weight", 4, 4, headSize / 2));
        }
    },
    /** A head size that isn't the width by the heads, as Mistral Nemo has it, and a scaled context. */
    MISTRAL("llama", 32) {
        @Override
        void describe(GgufWriter writer, List<Tensor> tensors) {
            writer.number("llama.attention.key_length", GgufWriter.U32, headSize);
            writer.number("llama.attention.value_length", GgufWriter.U32, headSize);
            writer.number("llama.rope.dimension_count", GgufWriter.U32, headSize);
            writer.string("llama.rope.scaling.type", "linear").f32("llama.rope.scaling.factor", 4);
        }
    },
    QWEN2("qwen2", 16) {
        @Override
        void describe(GgufWriter writer, List<Tensor> tensors) {
            writer.f32("qwen2.rope.freq_base", 1_000_000);
            for (int layer = 0; layer < LAYERS; layer++) {
                String prefix = "blk." + layer + ".";
                tensors.add(new Tensor(prefix + "attn_q.bias", 0, 0.5f, HEADS * headSize));
                tensors.add(new Tensor(prefix + "attn_k.bias", 0, 0.5f, KEY_VALUE_HEADS * headSize));
                tensors.add(new Tensor(prefix + "attn_v.bias", 0, 0.5f, KEY_VALUE_HEADS * headSize));
            }
        }
    },
    QWEN3("qwen3", 32) {
        @Override
        void describe(GgufWriter writer, List<Tensor> tensors) {
            writer.number("qwen3.attention.key_length", GgufWriter.U32, headSize);
            writer.number("qwen3.attention.value_length", GgufWriter.U32, headSize);
            addHeadNorms(tensors);
        }
    },
    GEMMA2("gemma2", 32) {
        @Override
        void describe(GgufWriter writer, List<Tensor> tensors) {
            writer.number("gemma2.attention.key_length", GgufWriter.U32, headSize);
            writer.number("gemma2.attention.value_length", GgufWriter.U32, headSize);
            writer.number("gemma2.attention.sliding_window", GgufWriter.U32, WINDOW);
            writer.f32("gemma2.attn_logit_softcapping", 2);
            writer.f32("gemma2.final_logit_softcapping", 20);
            addPostNorms(tensors);
        }
    },
    GEMMA3("gemma3", 32) {
        @Override
        void describe(GgufWriter writer, List<Tensor> tensors) {
            writer.number("gemma3.attention.key_length", GgufWriter.U32, headSize);
            writer.number("gemma3.attention.value_length", GgufWriter.U32, headSize);
            writer.number("gemma3.attention.sliding_window", GgufWriter.U32, WINDOW);
            writer.f32("gemma3.rope.freq_base", 1_000_000);
            addPostNorms(tensors);
            addHeadNorms(tensors);
        }
    };

    static final int VOCABULARY = 96;
    static final int LAYERS = 7;
    static final int HEADS = 4;
    static final int KEY_VALUE_HEADS = 2;
    static final int WINDOW = 8;
    private static final int WIDTH = 64;
    private static final int FEED_FORWARD = 96;

    private final String architecture;
    final int headSize;

    TinyModels(String architecture, int headSize) {
        this.architecture = architecture;
        this.headSize = headSize;
    }

    /** A tensor whose values lie within {@code spread} around {@code middle}. */
    record Tensor(String name, float middle, float spread, int... shape) {}

    abstract void describe(GgufWriter writer, List<Tensor> tensors);

    private static void addHeadNorms(List<Tensor> tensors) {
        for (int layer = 0; layer < LAYERS; layer++) {
            tensors.add(new Tensor("blk." + layer + ".attn_q_norm.weight", 1, 0.3f, 32));
            tensors.add(new Tensor("blk." + layer + ".attn_k_norm.weight", 1, 0.3f, 32));
        }
    }

    private static void addPostNorms(List<Tensor> tensors) {
        for (int layer = 0; layer < LAYERS; layer++) {
            tensors.add(new Tensor("blk." + layer + ".post_attention_norm.weight", 1, 0.3f, WIDTH));
            tensors.add(new Tensor("blk." + layer + ".post_ffw_norm.weight", 1, 0.3f, WIDTH));
        }
    }

    /** The tokens that the golden files are of. */
    static int[] prompt() {
        int[] tokens = new int[40];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (i * 37 + i * i * 11 + 5) % VOCABULARY;
        }
        return tokens;
    }

    Path write(Path folder) {
        return writer().write(folder.resolve(name().toLowerCase(Locale.ROOT) + ".gguf"));
    }

    GgufWriter writer() {
        GgufWriter writer = new GgufWriter();
        writer.string("general.architecture", architecture)
                .string("general.name", name().toLowerCase(Locale.ROOT))
                .string("tokenizer.ggml.model", "no_vocab");
        number(writer, "vocab_size", VOCABULARY);
        number(writer, "context_length", 256);
        number(writer, "embedding_length", WIDTH);
        number(writer, "block_count", LAYERS);
        number(writer, "feed_forward_length", FEED_FORWARD);
        number(writer, "attention.head_count", HEADS);
        number(writer, "attention.head_count_kv", KEY_VALUE_HEADS);
        writer.f32(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f);
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(new Tensor("token_embd.weight", 0, 1, WIDTH, VOCABULARY));
        tensors.add(new Tensor("output_norm.weight", 1, 0.3f, WIDTH));
        for (int layer = 0; layer < LAYERS; layer++) {
            addLayer("blk." + layer + ".", tensors);
        }
        describe(writer, tensors);
        tensors.forEach(tensor -> add(writer, tensor));
        return writer;
    }

    private void number(GgufWriter writer, String key, int value) {
        writer.number(architecture + "." + key, GgufWriter.U32, value);
    }

    private void addLayer(String prefix, List<Tensor> tensors) {
        int queries = HEADS * headSize;
        int keys = KEY_VALUE_HEADS * headSize;
        tensors.add(new Tensor(prefix + "attn_norm.weight", 1, 0.3f, WIDTH));
        tensors.add(new Tensor(prefix + "attn_q.weight", 0, 0.3f, WIDTH, queries));
        tensors.add(new Tensor(prefix + "attn_k.weight", 0, 0.3f, WIDTH, keys));
        tensors.add(new Tensor(prefix + "attn_v.weight", 0, 0.3f, WIDTH, keys));
        tensors.add(new Tensor(prefix + "attn_output.weight", 0, 0.3f, queries, WIDTH));
        tensors.add(new Tensor(prefix + "ffn_norm.weight", 1, 0.3f, WIDTH));
        tensors.add(new Tensor(prefix + "ffn_gate.weight", 0, 0.3f, WIDTH, FEED_FORWARD));
        tensors.add(new Tensor(prefix + "ffn_up.weight", 0, 0.3f, WIDTH, FEED_FORWARD));
        tensors.add(new Tensor(prefix + "ffn_down.weight", 0, 0.3f, FEED_FORWARD, WIDTH));
    }

    private static void add(GgufWriter writer, Tensor tensor) {
        long elements = 1;
        long[] shape = new long[tensor.shape().length];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.shape()[i];
            elements *= shape[i];
        }
        ByteBuffer data = ByteBuffer.allocate((int) elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long seed = tensor.name().hashCode();
        for (long i = 0; i < elements; i++) {
            data.putFloat(tensor.middle() + tensor.spread() * unit(seed * 1_000_003 + i));
        }
        writer.tensor(tensor.name(), TensorType.F32, data.array(), shape);
    }

    /** Between -1 and 1, by the mixing of SplitMix64. */
    private static float unit(long number) {
        long z = (number + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        z ^= z >>> 31;
        return (z >>> 40) * 0x1p-23f - 1;
    }

    /** Writes all files to a folder, and the prompt beside them. */
    public static void main(String[] folder) throws IOException {
        for (TinyModels model : values()) {
            model.write(Path.of(folder[0]));
        }
        Files.writeString(Path.of(folder[0], "prompt.json"), Arrays.toString(prompt()));
    }
}
