package dev.stoa.engine.model;

import dev.stoa.engine.gguf.TensorType;
import dev.stoa.engine.kernel.Dequantizer;
import java.lang.foreign.MemorySegment;

/** The token embeddings, read row by row from the mapped file. For the engine thread. */
final class Embeddings {
    private final MemorySegment data;
    private final Dequantizer dequantizer;
    private final int width;
    private final float scale;

    Embeddings(TensorType type, MemorySegment data, int width, float scale) {
        this.data = data;
        this.dequantizer = new Dequantizer(type, width);
        this.width = width;
        this.scale = scale;
    }

    /** Writes the scaled embedding of {@code token}. */
    void read(int token, float[] out, int at) {
        dequantizer.row(data, token, out, at);
        if (scale != 1f) {
            for (int i = at; i < at + width; i++) {
                out[i] *= scale;
            }
        }
    }
}
