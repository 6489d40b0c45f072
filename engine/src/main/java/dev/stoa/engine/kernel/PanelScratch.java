package dev.stoa.engine.kernel;

import java.lang.foreign.MemorySegment;

/** What one thread needs while it multiplies panels. Not thread-safe: one for each worker. */
public final class PanelScratch {
    /** Unpacked whole numbers of one block, two to an int: shape {@code [BLOCK / 2][PANEL]}. */
    final int[] pairs = new int[Activations.BLOCK / 2 * PackedMatrix.PANEL];
    /** Unpacked floats of one block: shape {@code [BLOCK][PANEL]}. */
    final float[] floats = new float[Activations.BLOCK * PackedMatrix.PANEL];
    /** Scales of one or several blocks, one or two for each row: shape {@code [CHUNK][2][PANEL]}. */
    final float[] scale = new float[VectorProduct.CHUNK * 2 * PackedMatrix.PANEL];
    /** Minimums of one or several blocks: shape {@code [CHUNK][PANEL]}. */
    final float[] minimum = new float[VectorProduct.CHUNK * PackedMatrix.PANEL];
    /** Dot products, in halves, of one block with several input rows or the other way round: {@code [CHUNK][PANEL]}. */
    final int[] dots = new int[VectorProduct.CHUNK * PackedMatrix.PANEL];
    /** The same in floats. */
    final float[] floatDots = new float[VectorProduct.CHUNK * PackedMatrix.PANEL];
    /** Results: shape {@code [rows][PANEL]}. */
    final float[] result;
    /** {@link #result} as machine code sees it. */
    final MemorySegment resultMemory;

    public PanelScratch(int maxRows) {
        this.result = new float[maxRows * PackedMatrix.PANEL];
        this.resultMemory = MemorySegment.ofArray(result);
    }

    /** The last product's results: shape {@code [rows][PANEL]}. */
    public float[] result() {
        return result;
    }
}
