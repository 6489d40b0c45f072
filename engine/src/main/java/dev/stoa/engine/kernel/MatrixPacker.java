package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.TensorType;
import dev.stoa.engine.kernel.PackedMatrix.Panels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Repacks mapped tensors into {@link PackedMatrix}es, panel by panel over the workers. One for each tensor. */
public final class MatrixPacker {
    private static final int WORDS_MAX = Integer.MAX_VALUE - 8;

    private final String name;
    private final TensorType type;
    private final MemorySegment data;
    private final RowFormat format;
    private final int rows;
    private final int cols;
    private final int blocks;
    /** Words of a panel's numbers and scales. */
    private final int numberWords;

    private final int scaleWords;

    /**
     * For {@code rows} rows of {@code cols} columns.
     *
     * @param name the tensor's, for errors
     */
    public MatrixPacker(String name, TensorType type, MemorySegment data, int rows, int cols) {
        this.name = name;
        this.type = type;
        this.data = data;
        this.format = RowFormat.of(type);
        this.rows = rows;
        this.cols = cols;
        this.blocks = PackedMatrix.blocks(cols);
        this.numberWords = blocks * format.form().bits() * PANEL;
        this.scaleWords = format.scaleForm().words(blocks);
    }

    /** @throws ModelLoadException if a scale isn't finite, or the matrix is too large for an array */
    public PackedMatrix pack(Workers workers) {
        return pack(workers, panels(numberWords), panels(scaleWords));
    }

    /**
     * Packs two matrices of as many rows, the panels of one between those of the other: a product that takes a panel of
     * each in turn reads on without a gap.
     *
     * @throws ModelLoadException as {@link #pack}
     */
    public static PackedMatrix[] packBoth(MatrixPacker one, MatrixPacker other, Workers workers) {
        if (one.rows != other.rows) {
            throw new IllegalArgumentException("matrices of " + one.rows + " and of " + other.rows + " rows");
        }
        Panels numbers = one.panels(one.numberWords + other.numberWords);
        Panels scales = one.panels(one.scaleWords + other.scaleWords);
        return new PackedMatrix[] {
            one.pack(workers, numbers, scales),
            other.pack(
                    workers,
                    new Panels(numbers.words(), one.numberWords, numbers.stride()),
                    new Panels(scales.words(), one.scaleWords, scales.stride()))
        };
    }

    private PackedMatrix pack(Workers workers, Panels numbers, Panels scales) {
        workers.run(PackedMatrix.panels(rows), (panel, worker) -> new Panel(numbers, scales).pack(panel));
        return new PackedMatrix(rows, cols, format.form(), format.scaleForm(), format.minimumFactor(), numbers, scales);
    }

    /** Room for all panels. */
    private Panels panels(int stride) {
        long all = (long) PackedMatrix.panels(rows) * stride;
        if (all > WORDS_MAX) {
            throw new ModelLoadException("tensor '" + name + "' is too large: " + rows + " × " + cols);
        }
        return new Panels(new int[(int) all], 0, stride);
    }

    /** The work on one panel, with its own buffers. */
    private final class Panel {
        private final byte[] bytes = new byte[Math.toIntExact(type.bytes(cols))];
        private final int[] q = new int[blocks * Activations.BLOCK];
        private final int[] words = new int[Activations.BLOCK];
        private final float[] rowScales = new float[2 * blocks];
        private final float[] rowMinimums = new float[2 * blocks];
        private final Panels numbers;
        private final Panels scales;

        Panel(Panels numbers, Panels scales) {
            this.numbers = numbers;
            this.scales = scales;
        }

        void pack(int panel) {
            for (int r = 0; r < Math.min(PANEL, rows - panel * PANEL); r++) {
                long row = (long) panel * PANEL + r;
                MemorySegment.copy(data, ValueLayout.JAVA_BYTE, row * bytes.length, bytes, 0, bytes.length);
                format.decode(bytes, cols, q, rowScales, rowMinimums);
                requireFinite();
                for (int block = 0; block < blocks; block++) {
                    format.form().pack(q, block * Activations.BLOCK, words);
                    int bits = format.form().bits();
                    put(numbers.words(), numbers.at(panel) + block * bits * PANEL + r, bits);
                }
                format.packScales(bytes, cols, scales.words(), scales.at(panel), r);
            }
        }

        private void put(int[] to, int at, int count) {
            for (int word = 0; word < count; word++) {
                to[at + word * PANEL] = words[word];
            }
        }

        private void requireFinite() {
            for (int i = 0; i < rowScales.length; i++) {
                if (!Float.isFinite(rowScales[i]) || !Float.isFinite(rowMinimums[i])) {
                    throw new ModelLoadException("tensor '" + name + "' holds a scale that is not finite");
                }
            }
        }
    }
}
