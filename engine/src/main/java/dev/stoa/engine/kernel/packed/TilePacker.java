package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * Repacks a mapped tensor into a {@link TileMatrix}. Tiles can be packed on different threads at once: make the packer,
 * call {@link #pack(int)} for each tile, then take the {@link #matrix()}.
 */
public final class TilePacker {
    private static final int HALF_ROWS = ROWS / 2;

    private final String name;
    private final TileFormat format;
    private final MemorySegment source;
    private final TileMatrix matrix;

    /**
     * @param name the tensor's, for errors
     * @param columns a multiple of the type's block size
     * @param source the tensor's bytes
     * @throws ModelLoadException if the matrix is too large for an array
     */
    public TilePacker(String name, TensorType type, int rows, int columns, MemorySegment source) {
        this.name = name;
        this.format = TileFormat.find(type)
                .orElseThrow(() ->
                        new IllegalArgumentException(type + " has no tiles; these have: " + TileFormat.supported()));
        if (rows < 1 || columns < 1 || columns % type.blockSize() != 0) {
            throw new IllegalArgumentException(rows + " × " + columns + " of " + type);
        }
        if (source.byteSize() != type.bytes((long) rows * columns)) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "': " + source.byteSize() + " bytes for " + rows + " × " + columns);
        }
        long shorts = TileMatrix.shorts(format, rows, columns);
        if (shorts > Integer.MAX_VALUE - 8) {
            throw new ModelLoadException("tensor '" + name + "' is too large: " + rows + " × " + columns);
        }
        this.source = source;
        this.matrix = new TileMatrix(format, rows, columns, new short[(int) shorts]);
    }

    /** Packs a whole tensor on this thread. */
    public static TileMatrix pack(String name, TensorType type, int rows, int columns, MemorySegment source) {
        TilePacker packer = new TilePacker(name, type, rows, columns, source);
        for (int tile = 0; tile < packer.tiles(); tile++) {
            packer.pack(tile);
        }
        return packer.matrix();
    }

    public int tiles() {
        return matrix.tiles();
    }

    /** The matrix; complete once every tile is packed. */
    public TileMatrix matrix() {
        return matrix;
    }

    /** @throws ModelLoadException if a scale isn't finite */
    public void pack(int tile) {
        BlockReader reader = new BlockReader(source);
        int blockSize = format.type.blockSize();
        int parts = blockSize / TileFormat.BLOCK;
        long rowBytes = format.type.bytes(matrix.columns());
        for (int r = 0; r < Math.min(ROWS, matrix.rows() - tile * ROWS); r++) {
            long row = (long) tile * ROWS + r;
            for (int block = 0; block < matrix.blocks(); block++) {
                long at = row * rowBytes + (long) (block / parts) * format.type.blockBytes();
                reader.read(format.type, at, block % parts);
                putScales(reader, matrix.superOffset(tile, block), matrix.blockOffset(tile, block), position(r));
                putNumbers(reader.numbers, matrix.blockOffset(tile, block) + format.scales.shorts, position(r));
            }
        }
    }

    /** Where a row lies among the shorts of a tile: an int of two shorts holds rows r and r + 16. */
    static int position(int row) {
        return row < HALF_ROWS ? 2 * row : 2 * (row - HALF_ROWS) + 1;
    }

    private void putScales(BlockReader reader, int superAt, int blockAt, int position) {
        short[] data = matrix.data();
        short inner = (short) (reader.innerScale & 0xff | reader.innerMinimum << 8);
        switch (format.scales) {
            case HALF -> data[blockAt + position] = finite(reader.scale);
            case HALF_AND_MINIMUM -> {
                data[blockAt + position] = finite(reader.scale);
                data[blockAt + ROWS + position] = finite(reader.minimum);
            }
            case SIX_BIT -> {
                data[superAt + position] = finite(reader.scale);
                data[superAt + ROWS + position] = finite(reader.minimum);
                data[blockAt + position] = inner;
            }
            case SIGNED_BYTE -> {
                data[superAt + position] = finite(reader.scale);
                data[blockAt + position] = inner;
            }
        }
    }

    private short finite(short half) {
        if ((half & 0x7c00) == 0x7c00) {
            throw new ModelLoadException("tensor '" + name + "' holds a scale that is not finite");
        }
        return half;
    }

    private void putNumbers(int[] numbers, int at, int position) {
        short[] data = matrix.data();
        for (int k = 0; k < numbers.length; k++) {
            int q = numbers[k];
            if (format.numbers == TileFormat.Numbers.EIGHT) {
                data[at + k / 2 * ROWS + position] |= (short) ((q & 0xff) << k % 2 * 8);
                continue;
            }
            data[at + k / 4 * ROWS + position] |= (short) ((q & 15) << k % 4 * 4);
            int upper = at + 8 * ROWS + position;
            switch (format.numbers) {
                case FIVE -> data[upper + k / 16 * ROWS] |= (short) (q >> 4 << k % 16);
                case SIX -> data[upper + k / 8 * ROWS] |= (short) (q >> 4 << k % 8 * 2);
                case FOUR, EIGHT -> {}
            }
        }
    }
}
