package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;
import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

/** What one thread needs while it multiplies tiles. Not thread-safe: one for each worker. */
public final class TileScratch {
    /**
     * Tokens that are taken through a block together. Their input of 8 KiB, results of 8 and dots of 4 stay in a
     * first-level cache of 32 KiB beside the block's 2 to 4.
     */
    static final int CHUNK = 64;

    /** Scales of a block: shape {@code [scales of a block][ROWS]}. */
    final float[] scale = new float[2 * ROWS];
    /** Minimums of a block, for numbers with their offset taken off: shape {@code [ROWS]}. */
    final float[] minimum = new float[ROWS];
    /** Numbers of a block: shape {@code [BLOCK][ROWS]}, in a tile's order of rows. */
    final short[] numbers = new short[BLOCK * ROWS];
    /** The same as floats, in the natural order of rows. */
    final float[] floats = new float[BLOCK * ROWS];
    /** Ends of the chains: shape {@code [CHUNK][ROWS]}, in a tile's order of rows. */
    final short[] dots = new short[CHUNK * ROWS];
    /** Ends of the chains of floats: shape {@code [CHUNK][ROWS]}, in the natural order of rows. */
    final float[] floatDots = new float[CHUNK * ROWS];
    /** Results: shape {@code [tokens][ROWS]}. */
    final float[] result;

    public TileScratch(int maxTokens) {
        this.result = new float[Math.multiplyExact(maxTokens, ROWS)];
    }

    /** The last product's results: shape {@code [tokens][}{@link TileMatrix#TILE_ROWS}{@code ]}. */
    public float[] result() {
        return result;
    }
}
