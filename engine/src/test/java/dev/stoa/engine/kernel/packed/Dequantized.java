package dev.stoa.engine.kernel.packed;

import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Weights by the formulas of ggml's types, one at a time and apart from the packer's way of reading them. */
final class Dequantized {
    private Dequantized() {}

    static double[] row(TensorType type, MemorySegment tensor, int row, int columns) {
        double[] out = new double[columns];
        for (int k = 0; k < columns; k++) {
            long at = row * type.bytes(columns) + (long) (k / type.blockSize()) * type.blockBytes();
            out[k] = weight(type, tensor.asSlice(at, type.blockBytes()), k % type.blockSize());
        }
        return out;
    }

    private static double weight(TensorType type, MemorySegment b, int k) {
        return switch (type) {
            case Q4_0 -> half(b, 0) * (nibble(b, 2, k) - 8);
            case Q4_1 -> half(b, 0) * nibble(b, 4, k) + half(b, 2);
            case Q5_0 -> half(b, 0) * ((nibble(b, 6, k) | bit(b, 2, k) << 4) - 16);
            case Q5_1 -> half(b, 0) * (nibble(b, 8, k) | bit(b, 4, k) << 4) + half(b, 2);
            case Q8_0 -> half(b, 0) * b.get(ValueLayout.JAVA_BYTE, 2 + k);
            case Q4_K -> half(b, 0) * scale(b, k / 32) * nibbleK(b, 16, k) - half(b, 2) * minimum(b, k / 32);
            case Q5_K -> {
                int q = nibbleK(b, 48, k) | (u8(b, 16 + k % 32) >> k / 32 & 1) << 4;
                yield half(b, 0) * scale(b, k / 32) * q - half(b, 2) * minimum(b, k / 32);
            }
            case Q6_K -> {
                int within = k % 128;
                int low = u8(b, k / 128 * 64 + within % 64) >> within / 64 * 4 & 15;
                int high = u8(b, 128 + k / 128 * 32 + k % 32) >> within / 32 * 2 & 3;
                yield half(b, 208) * b.get(ValueLayout.JAVA_BYTE, 192 + k / 16) * ((low | high << 4) - 32);
            }
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    private static int nibble(MemorySegment b, int at, int k) {
        return k < 16 ? u8(b, at + k) & 15 : u8(b, at + k - 16) >> 4;
    }

    private static int nibbleK(MemorySegment b, int at, int k) {
        int pair = u8(b, at + k / 64 * 32 + k % 32);
        return k % 64 < 32 ? pair & 15 : pair >> 4;
    }

    private static int bit(MemorySegment b, int at, int k) {
        return u8(b, at + k / 8) >> k % 8 & 1;
    }

    private static int scale(MemorySegment b, int j) {
        return j < 4 ? u8(b, 4 + j) & 63 : u8(b, 8 + j) & 15 | u8(b, j) >> 6 << 4;
    }

    private static int minimum(MemorySegment b, int j) {
        return j < 4 ? u8(b, 8 + j) & 63 : u8(b, 8 + j) >> 4 | u8(b, 4 + j) >> 6 << 4;
    }

    private static double half(MemorySegment b, int at) {
        return Float.float16ToFloat(b.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
    }

    private static int u8(MemorySegment b, int at) {
        return b.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }
}
