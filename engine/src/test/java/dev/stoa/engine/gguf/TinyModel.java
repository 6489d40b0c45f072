package dev.stoa.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Random;

/** A {@code llama} of two small layers with random weights: all the paths of a real model in microseconds. */
public final class TinyModel {
    public static final int VOCABULARY = 96;
    public static final int CONTEXT = 256;
    private static final int WIDTH = 64;
    private static final int HEADS = 4;
    private static final int KEY_VALUE_HEADS = 2;
    private static final int HEAD_SIZE = 16;
    private static final int FEED_FORWARD = 96;
    private static final int LAYERS = 2;
    private static final int BLOCK = 32;

    private final Random random;
    private final TensorType type;

    private TinyModel(long seed, TensorType type) {
        this.random = new Random(seed);
        this.type = type;
    }

    /** Writes one whose matrices are of this type: {@code Q4_1} or {@code Q8_0}. */
    public static Path write(Path file, TensorType type, long seed) {
        return new TinyModel(seed, type).write(file);
    }

    private Path write(Path file) {
        GgufWriter out = new GgufWriter()
                .string("general.architecture", "llama")
                .number("llama.block_count", GgufWriter.U32, LAYERS)
                .number("llama.embedding_length", GgufWriter.U32, WIDTH)
                .number("llama.feed_forward_length", GgufWriter.U32, FEED_FORWARD)
                .number("llama.attention.head_count", GgufWriter.U32, HEADS)
                .number("llama.attention.head_count_kv", GgufWriter.U32, KEY_VALUE_HEADS)
                .number("llama.context_length", GgufWriter.U32, CONTEXT)
                .f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        matrix(out, "token_embd.weight", VOCABULARY, WIDTH);
        vector(out, "output_norm.weight");
        matrix(out, "output.weight", VOCABULARY, WIDTH);
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "blk." + layer + ".";
            vector(out, prefix + "attn_norm.weight");
            matrix(out, prefix + "attn_q.weight", HEADS * HEAD_SIZE, WIDTH);
            matrix(out, prefix + "attn_k.weight", KEY_VALUE_HEADS * HEAD_SIZE, WIDTH);
            matrix(out, prefix + "attn_v.weight", KEY_VALUE_HEADS * HEAD_SIZE, WIDTH);
            matrix(out, prefix + "attn_output.weight", WIDTH, HEADS * HEAD_SIZE);
            vector(out, prefix + "ffn_norm.weight");
            matrix(out, prefix + "ffn_gate.weight", FEED_FORWARD, WIDTH);
            matrix(out, prefix + "ffn_up.weight", FEED_FORWARD, WIDTH);
            matrix(out, prefix + "ffn_down.weight", WIDTH, FEED_FORWARD);
        }
        return out.write(file);
    }

    private void vector(GgufWriter out, String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < WIDTH; i++) {
            int bits = Float.floatToRawIntBits(0.5f + random.nextFloat());
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                bytes.write(bits >>> shift);
            }
        }
        out.tensor(name, TensorType.F32, bytes.toByteArray(), WIDTH);
    }

    private void matrix(GgufWriter out, String name, int rows, int cols) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int block = 0; block < rows * cols / BLOCK; block++) {
            switch (type) {
                case Q4_1 -> {
                    float scale = 0.02f + 0.02f * random.nextFloat();
                    half(bytes, scale);
                    half(bytes, -7.5f * scale);
                    bytes.writeBytes(bytes(BLOCK / 2));
                }
                case Q8_0 -> {
                    half(bytes, 0.002f + 0.001f * random.nextFloat());
                    bytes.writeBytes(bytes(BLOCK));
                }
                default -> throw new IllegalArgumentException(type + " is not written here");
            }
        }
        out.tensor(name, type, bytes.toByteArray(), cols, rows);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void half(ByteArrayOutputStream out, float value) {
        short bits = Float.floatToFloat16(value);
        out.write(bits);
        out.write(bits >>> Byte.SIZE);
    }
}
