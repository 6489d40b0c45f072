package dev.stoa.engine.kernel;

import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads rows of a mapped tensor as floats. Holds buffers: one for each thread. */
public final class Dequantizer {
    private final RowFormat format;
    private final int cols;
    private final byte[] bytes;
    private final int[] q;
    private final float[] scales;
    private final float[] minimums;

    /** @param cols length of a row, a multiple of the type's block size */
    public Dequantizer(TensorType type, int cols) {
        this.format = RowFormat.of(type);
        this.cols = cols;
        this.bytes = new byte[Math.toIntExact(type.bytes(cols))];
        this.q = new int[cols];
        int blocks = cols / format.scaleBlock() + 1;
        this.scales = new float[blocks];
        this.minimums = new float[blocks];
    }

    /** Decodes row {@code row} of {@code tensor} into {@code out[at … at + cols)}. */
    public void row(MemorySegment tensor, long row, float[] out, int at) {
        MemorySegment.copy(tensor, ValueLayout.JAVA_BYTE, row * bytes.length, bytes, 0, bytes.length);
        format.decode(bytes, cols, q, scales, minimums);
        for (int i = 0; i < cols; i++) {
            out[at + i] = format.plain() ? plain(q[i]) : quantized(i);
        }
    }

    private float plain(int bits) {
        return switch (format.form()) {
            case HALF -> Float.float16ToFloat((short) bits);
            case BFLOAT -> Float.intBitsToFloat(bits << 16);
            default -> Float.intBitsToFloat(bits);
        };
    }

    private float quantized(int i) {
        int block = i / format.scaleBlock();
        return Math.fma(scales[block], (float) q[i], minimums[block]);
    }
}
