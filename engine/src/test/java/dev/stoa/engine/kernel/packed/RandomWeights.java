package dev.stoa.engine.kernel.packed;

import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;

/** Tensors with random numbers and scales of a usual size. */
final class RandomWeights {
    private RandomWeights() {}

    static MemorySegment tensor(TensorType type, int rows, int columns, Random random) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) rows * columns))];
        random.nextBytes(bytes);
        setScales(type, bytes, () -> scale(random));
        return MemorySegment.ofArray(bytes);
    }

    /** One value in every byte but those of the half-precision scales, which are 1. */
    static MemorySegment filled(TensorType type, int rows, int columns, byte fill) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) rows * columns))];
        Arrays.fill(bytes, fill);
        setScales(type, bytes, () -> Float.floatToFloat16(1));
        return MemorySegment.ofArray(bytes);
    }

    private static void setScales(TensorType type, byte[] bytes, Supplier<Short> scale) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.length; at += type.blockBytes()) {
            switch (type) {
                case Q4_0, Q5_0, Q8_0 -> buffer.putShort(at, scale.get());
                case Q4_1, Q5_1, Q4_K, Q5_K -> {
                    buffer.putShort(at, scale.get());
                    buffer.putShort(at + 2, scale.get());
                }
                case Q6_K -> buffer.putShort(at + 208, scale.get());
                default -> throw new IllegalArgumentException(type.toString());
            }
        }
    }

    /** Of either sign, from 2⁻²⁴, the smallest half, to 1/8. */
    private static short scale(Random random) {
        float value = (random.nextFloat() - 0.5f) / 4;
        return Float.floatToFloat16(random.nextInt(50) == 0 ? value * 0x1p-21f : value);
    }
}
