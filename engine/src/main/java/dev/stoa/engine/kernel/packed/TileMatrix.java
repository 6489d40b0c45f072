package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;

import dev.stoa.engine.gguf.TensorType;

/**
 * A quantised weight matrix {@code [rows][columns]}, repacked once at load so that one vector register holds the same
 * columns of neighbouring rows, and a product reads the memory from front to end. Immutable and thread-safe. The package
 * documentation is its specification.
 */
public final class TileMatrix {
    /** Rows of a tile, the unit in which work is split between threads. */
    public static final int TILE_ROWS = TileFormat.ROWS;

    private final TileFormat format;
    private final int rows;
    private final int columns;
    private final short[] data;

    TileMatrix(TileFormat format, int rows, int columns, short[] data) {
        this.format = format;
        this.rows = rows;
        this.columns = columns;
        this.data = data;
        assert data.length == shorts(format, rows, columns) : data.length;
    }

    /** Whether {@link TilePacker} can pack this type: every quantised one that the engine reads. */
    public static boolean supports(TensorType type) {
        return TileFormat.find(type).isPresent();
    }

    public TensorType type() {
        return format.type;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Groups of {@value #TILE_ROWS} rows; the last one may be padded. */
    public int tiles() {
        return tiles(rows);
    }

    /** Memory that the weights take. */
    public long bytes() {
        return (long) Short.BYTES * data.length;
    }

    /** Whether products read the input as floats rather than as 8-bit numbers. */
    public boolean wantsFloats() {
        return format.numbers == TileFormat.Numbers.EIGHT;
    }

    static int tiles(int rows) {
        return (rows + TILE_ROWS - 1) / TILE_ROWS;
    }

    static long shorts(TileFormat format, int rows, int columns) {
        int supers = columns / BLOCK / format.scales.blocksOfSuper;
        return (long) tiles(rows) * supers * format.superShorts();
    }

    TileFormat format() {
        return format;
    }

    short[] data() {
        return data;
    }

    int blocks() {
        return columns / BLOCK;
    }

    /** Where the outer scales of a block's 256 columns begin; of use only where the format has such scales. */
    int superOffset(int tile, int block) {
        int supers = blocks() / format.scales.blocksOfSuper;
        return (tile * supers + block / format.scales.blocksOfSuper) * format.superShorts();
    }

    /** Where a block begins, with its scales. */
    int blockOffset(int tile, int block) {
        return superOffset(tile, block)
                + format.scales.superShorts
                + block % format.scales.blocksOfSuper * format.blockShorts();
    }
}
