package dev.stoa.engine.kernel.packed;

/** Two implementations that give the same bits. Stateless and thread-safe. */
public enum TileKernels {
    /** Plain Java: the definition, for tests and for a JVM without {@code jdk.incubator.vector}. */
    SCALAR,
    /** The Vector API, at the machine's lane count up to 512 bits. */
    VECTOR;

    /**
     * Multiplies one tile of the matrix with all tokens of the input. The result of a row and a token depends on that
     * row and that token alone: not on the other tokens, on how tiles are shared between threads, or on the lane count.
     *
     * @param tile from 0 to {@link TileMatrix#tiles()} − 1
     * @param input must hold the form that {@link TileMatrix#wantsFloats} names
     * @param scratch receives the results, {@code [tokens][TileMatrix.TILE_ROWS]}; rows beyond the matrix are zero
     */
    public void multiply(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        if (input.blocks() != matrix.blocks()) {
            throw new IllegalArgumentException(
                    input.blocks() + " blocks of input for a matrix of " + matrix.columns() + " columns");
        }
        if (matrix.wantsFloats() ? !input.keepsFloats() : !input.keepsNumbers()) {
            throw new IllegalArgumentException("the input wasn't kept in the form that " + matrix.type() + " reads");
        }
        switch (this) {
            case SCALAR -> ScalarTiles.multiply(matrix, tile, input, scratch);
            case VECTOR -> VectorTiles.multiply(matrix, tile, input, scratch);
        }
    }

    /** Quantises 32 values into {@code pairs[to … to + 32)} and returns their scale. */
    float quantize(float[] source, int at, int[] pairs, int to) {
        return switch (this) {
            case SCALAR -> ScalarQuantizer.quantize(source, at, pairs, to);
            case VECTOR -> VectorQuantizer.quantize(source, at, pairs, to);
        };
    }
}
