package dev.stoa.engine.kernel;

import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/** Tensors of random bytes whose half-precision scales are small finite numbers. */
final class RandomTensors {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private RandomTensors() {}

    static MemorySegment tensor(TensorType type, int rows, int cols, Random random) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) rows * cols))];
        random.nextBytes(bytes);
        return withScales(type, bytes, random);
    }

    /** One value in every byte but those of the half-precision scales. */
    static MemorySegment filled(TensorType type, int rows, int cols, byte fill) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) rows * cols))];
        Arrays.fill(bytes, fill);
        return withScales(type, bytes, new Random(1));
    }

    private static MemorySegment withScales(TensorType type, byte[] bytes, Random random) {
        MemorySegment segment = MemorySegment.ofArray(bytes);
        for (int at = 0; at < bytes.length; at += type.blockBytes()) {
            setScales(type, segment, at, random);
        }
        return segment;
    }

    private static void setScales(TensorType type, MemorySegment segment, int at, Random random) {
        switch (type) {
            case F32 -> segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, random.nextFloat() - 0.5f);
            case F16 -> half(segment, at, random);
            case BF16 -> segment.set(SHORT, at, (short) (Float.floatToRawIntBits(random.nextFloat() - 0.5f) >>> 16));
            case Q4_0, Q5_0, Q8_0 -> half(segment, at, random);
            case Q6_K -> half(segment, at + type.blockBytes() - 2, random);
            case Q4_1, Q5_1, Q4_K, Q5_K -> {
                half(segment, at, random);
                half(segment, at + 2, random);
            }
        }
    }

    private static void half(MemorySegment segment, int at, Random random) {
        segment.set(SHORT, at, Float.floatToFloat16((random.nextFloat() - 0.5f) * 0.1f));
    }
}
