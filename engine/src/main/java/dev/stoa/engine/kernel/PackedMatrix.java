package dev.stoa.engine.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix of {@code rows × cols}, repacked once at load so that a vector register holds the same columns of
 * neighbouring rows. Immutable after packing and thread-safe.
 *
 * <p>Rows are grouped in <em>panels</em> of {@value #PANEL}, columns in blocks of {@link Activations#BLOCK}. A panel's
 * block is {@code numbers[form.bits()][PANEL]}: a word of each row, then the next word of each row, as {@link Form} says;
 * {@link ScaleForm} says the same for the scales. Rows and columns beyond the matrix are zero. It takes as many bytes as
 * the file does, but for Q4_K and Q5_K (16 bytes of inner scales for 256 columns instead of 12).
 *
 * <p>Numbers and scales lie apart, so that a product reads two streams without a gap from the first panel to the last.
 * Hardware fetches ahead of loads whose addresses grow evenly; with a panel's scales in front of its numbers, it began anew
 * with each panel, at two thirds of the rate.
 *
 * <p>A weight is {@code scale · q + minimum}, where {@code q} is the stored number less {@link Form#offset}, and the
 * minimum {@code minimumFactor · scale + } the stored minimum.
 */
public final class PackedMatrix {
    /** Rows of a panel: a multiple of every lane count from 128 to 512 bits, two registers or more. */
    public static final int PANEL = 32;

    private final int rows;
    private final int cols;
    private final Form form;
    private final ScaleForm scaleForm;
    private final float minimumFactor;
    private final Panels numbers;
    private final MemorySegment numbersMemory;
    private final Panels scales;
    private final MemorySegment scalesMemory;

    /**
     * Where panels are: from {@code first}, {@code stride} apart. Between them may be another matrix's, where the panels
     * of two are wanted in turn.
     */
    record Panels(int[] words, int first, int stride) {
        int at(int panel) {
            return first + panel * stride;
        }
    }

    /**
     * @param numbers shape of a panel: {@code [blocks][form.bits()][PANEL]}
     * @param scales shape of a panel: {@code [scaleForm.words(blocks)]}
     */
    PackedMatrix(
            int rows, int cols, Form form, ScaleForm scaleForm, float minimumFactor, Panels numbers, Panels scales) {
        this.rows = rows;
        this.cols = cols;
        this.form = form;
        this.scaleForm = scaleForm;
        this.minimumFactor = minimumFactor;
        this.numbers = numbers;
        this.numbersMemory = MemorySegment.ofArray(numbers.words);
        this.scales = scales;
        this.scalesMemory = MemorySegment.ofArray(scales.words);
    }

    public int rows() {
        return rows;
    }

    public int cols() {
        return cols;
    }

    public Form form() {
        return form;
    }

    ScaleForm scaleForm() {
        return scaleForm;
    }

    float minimumFactor() {
        return minimumFactor;
    }

    /** Whether any minimum can be other than zero. */
    boolean hasMinimums() {
        return scaleForm == ScaleForm.PAIR || scaleForm == ScaleForm.BYTE_PAIR || minimumFactor != 0;
    }

    /** Groups of {@value #PANEL} rows: the unit in which work is split. */
    public int panels() {
        return panels(rows);
    }

    /** Memory that the weights take. */
    public long bytes() {
        return 4L * panels() * (blocks() * form.bits() * PANEL + scaleForm.words(blocks()));
    }

    static int panels(int rows) {
        return (rows + PANEL - 1) / PANEL;
    }

    int blocks() {
        return blocks(cols);
    }

    static int blocks(int cols) {
        return (cols + Activations.BLOCK - 1) / Activations.BLOCK;
    }

    int[] numbers() {
        return numbers.words;
    }

    /** {@link #numbers} as machine code sees them. */
    MemorySegment numbersMemory() {
        return numbersMemory;
    }

    /** Where a panel's block begins in {@link #numbers}. */
    int numbersAt(int panel, int block) {
        return numbers.at(panel) + block * form.bits() * PANEL;
    }

    int[] scales() {
        return scales.words;
    }

    /** {@link #scales} as machine code sees them. */
    MemorySegment scalesMemory() {
        return scalesMemory;
    }

    /** Where the words begin that hold the scales of a block, and of others of its group. */
    int scalesAt(int panel, int block) {
        return scales.at(panel) + scaleForm.firstWord(block);
    }
}
