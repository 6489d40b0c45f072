package dev.stoa.engine.gguf;

import java.util.Arrays;

/**
 * A tensor's entry in the file: what it is and where its bytes lie. Immutable; two are equal if they are the same entry.
 */
public final class TensorInfo {
    private final String name;
    private final TensorType type;
    private final long[] shape;
    private final long offset;
    private final long bytes;

    TensorInfo(String name, TensorType type, long[] shape, long offset, long bytes) {
        this.name = name;
        this.type = type;
        this.shape = shape.clone();
        this.offset = offset;
        this.bytes = bytes;
    }

    /** Such as {@code blk.0.attn_q.weight}. */
    public String name() {
        return name;
    }

    public TensorType type() {
        return type;
    }

    /** Number of dimensions, 0 (a single number) to 4. */
    public int dimensions() {
        return shape.length;
    }

    /** A copy of the lengths in ggml's order: the first is the length of a contiguous row. Each is at least 1. */
    public long[] shape() {
        return shape.clone();
    }

    /** Length of one dimension; 1 beyond those the file gives. */
    public long dimension(int index) {
        return index < shape.length ? shape[index] : 1;
    }

    /** Number of elements. */
    public long elements() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** Where the data begins, in bytes from the start of the file's data part. */
    public long offset() {
        return offset;
    }

    /** Length of the data in bytes. */
    public long bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return name + " " + type + Arrays.toString(shape);
    }
}
