package dev.stoa.engine.kernel;

import dev.stoa.engine.kernel.x86.InputRecord;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;

/**
 * The input rows of a matrix product, cut into blocks of {@value #BLOCK} columns so that one block of all rows lies
 * together.
 *
 * <p>For weights of whole numbers the input is quantised too, block by block, to whole numbers from −127 to 127 under one
 * scale: {@code x ≈ scale · q}. Dot products of whole numbers are exact in any order, so kernels are free in how they
 * compute a block. Other weights take the input as it is.
 *
 * <p>Different threads may set different rows or blocks at once; nobody reads before all are set.
 */
public final class Activations {
    /** Columns of a block, as in the 32-weight blocks of ggml. */
    public static final int BLOCK = 32;

    /** The largest quantised number. */
    static final float LEVELS = 127f;

    private static final int PAIRS = BLOCK / 2;
    private static final float[] NO_FLOATS = {};

    private final Kernels kernels;
    private final int maxRows;
    private final int maxBlocks;
    private final EnumSet<Operand> operands = EnumSet.noneOf(Operand.class);
    /** Shape {@code [blocks][rows][BLOCK]}: the input as it is. */
    private float[] values = NO_FLOATS;
    /** Shape {@code [blocks][rows][BLOCK]}: whole numbers. */
    private float[] levels = NO_FLOATS;
    /** Shape {@code [blocks][rows][BLOCK / 2]}: whole numbers, column {@code p} with column {@code p + 16} above it. */
    private final int[] pairs;
    /** Shape {@code [blocks][rows][InputRecord.WORDS]}. */
    private Records nibbles = Records.NONE;
    /** Shape {@code [blocks][rows][InputRecord.WORDS]}. */
    private Records bytes = Records.NONE;
    /** Shape {@code [blocks][rows]}. */
    private final float[] scales;
    /** Shape {@code [blocks][rows]}: scale times the sum of the numbers, for weights with a minimum. */
    private final float[] sums;

    private int rows;
    private int blocks;

    /** Records and the same memory as machine code sees it. */
    record Records(int[] words, MemorySegment memory) {
        static final Records NONE = of(0);

        static Records of(int count) {
            int[] words = new int[count * InputRecord.WORDS];
            return new Records(words, MemorySegment.ofArray(words));
        }
    }

    public Activations(Kernels kernels, int maxRows, int maxCols) {
        this.kernels = kernels;
        this.maxRows = maxRows;
        this.maxBlocks = PackedMatrix.blocks(maxCols);
        this.pairs = new int[Math.multiplyExact(maxRows, maxBlocks * PAIRS)];
        this.scales = new float[maxRows * maxBlocks];
        this.sums = new float[maxRows * maxBlocks];
    }

    /** Takes a new shape, for products with {@code matrices}; the contents are undefined until every row is set. */
    public void reshape(int rows, int cols, PackedMatrix... matrices) {
        this.rows = rows;
        this.blocks = PackedMatrix.blocks(cols);
        if (rows * blocks > sums.length) {
            throw new IllegalArgumentException(rows + " rows of " + cols + " columns don't fit");
        }
        operands.clear();
        for (PackedMatrix matrix : matrices) {
            Operand operand = kernels.operand(matrix.form());
            operands.add(operand);
            makeRoom(operand);
        }
    }

    /** Few models need every operand, so each gets its memory when it is first wanted. */
    private void makeRoom(Operand operand) {
        int count = maxRows * maxBlocks;
        switch (operand) {
            case VALUES -> values = values.length == 0 ? new float[count * BLOCK] : values;
            case LEVELS -> levels = levels.length == 0 ? new float[count * BLOCK] : levels;
            case NIBBLES -> nibbles = nibbles == Records.NONE ? Records.of(count) : nibbles;
            case BYTES -> bytes = bytes == Records.NONE ? Records.of(count) : bytes;
            case PAIRS -> {}
        }
    }

    public int rows() {
        return rows;
    }

    float[] values() {
        return values;
    }

    float[] levels() {
        return levels;
    }

    int[] pairs() {
        return pairs;
    }

    /** For {@link Operand#NIBBLES} or {@link Operand#BYTES}. */
    Records records(Operand operand) {
        return operand == Operand.NIBBLES ? nibbles : bytes;
    }

    float[] scales() {
        return scales;
    }

    float[] sums() {
        return sums;
    }

    /** Where a row's block begins in {@link #values} and {@link #levels}. */
    int valuesAt(int block, int row) {
        return (block * rows + row) * BLOCK;
    }

    /** Where a row's block begins in {@link #pairs}. */
    int pairsAt(int block, int row) {
        return (block * rows + row) * PAIRS;
    }

    /** Where a row's block begins in {@link #records}. */
    int recordAt(int block, int row) {
        return (block * rows + row) * InputRecord.WORDS;
    }

    /** Where a block's scales and sums, one for each row, begin. */
    int scaleAt(int block) {
        return block * rows;
    }

    /** Sets a whole row from {@code source[at … at + cols)}; columns beyond become zero. */
    public void setRow(int row, float[] source, int at, int cols) {
        for (int block = 0; block < blocks; block++) {
            int from = block * BLOCK;
            setBlock(row, block, source, at + from, Math.min(BLOCK, cols - from));
        }
    }

    /** Sets one block of a row from {@code count} values. */
    public void setBlock(int row, int block, float[] source, int at, int count) {
        if (operands.contains(Operand.VALUES)) {
            int to = valuesAt(block, row);
            System.arraycopy(source, at, values, to, count);
            Arrays.fill(values, to + count, to + BLOCK, 0f);
            if (operands.size() == 1) {
                return;
            }
        }
        int pairsAt = pairsAt(block, row);
        int scaleAt = scaleAt(block) + row;
        if (count == BLOCK) {
            kernels.quantize(source, at, pairs, pairsAt, scales, sums, scaleAt);
        } else {
            float[] padded = Arrays.copyOf(Arrays.copyOfRange(source, at, at + count), BLOCK);
            kernels.quantize(padded, 0, pairs, pairsAt, scales, sums, scaleAt);
        }
        if (operands.contains(Operand.LEVELS)) {
            kernels.levels(pairs, pairsAt, levels, valuesAt(block, row));
        }
        if (operands.contains(Operand.NIBBLES)) {
            kernels.nibbleRecord(pairs, pairsAt, scales[scaleAt], sums[scaleAt], nibbles.words, recordAt(block, row));
        }
        if (operands.contains(Operand.BYTES)) {
            kernels.byteRecord(pairs, pairsAt, scales[scaleAt], sums[scaleAt], bytes.words, recordAt(block, row));
        }
    }
}
