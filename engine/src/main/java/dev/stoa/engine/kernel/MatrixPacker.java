package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Repacks a mapped tensor into a {@link PackedMatrix}, panel by panel over the workers. Used once for each tensor. */
public final class MatrixPacker {
    private final String name;
    private final TensorType type;
    private final RowFormat format;
    private final int rows;
    private final int cols;
    private final int blocks;
    private final int scaleWords;
    private final int[] numbers;
    private final int[] scales;

    private MatrixPacker(String name, TensorType type, int rows, int cols) {
        this.name = name;
        this.type = type;
        this.format = RowFormat.of(type);
        this.rows = rows;
        this.cols = cols;
        this.blocks = PackedMatrix.blocks(cols);
        this.scaleWords = format.scaleForm().words(blocks);
        long paddedRows = (long) PackedMatrix.panels(rows) * PANEL;
        this.numbers = new int[length(paddedRows * blocks * format.form().bits())];
        this.scales = new int[length(paddedRows * scaleWords)];
    }

    /**
     * Packs {@code rows} rows of {@code cols} columns.
     *
     * @param name the tensor's, for errors
     * @throws ModelLoadException if a scale isn't finite, or the matrix is too large for an array
     */
    public static PackedMatrix pack(
            String name, TensorType type, MemorySegment data, int rows, int cols, Workers workers) {
        MatrixPacker packer = new MatrixPacker(name, type, rows, cols);
        workers.run(PackedMatrix.panels(rows), (panel, worker) -> packer.new Panel().pack(data, panel));
        return packer.matrix();
    }

    private PackedMatrix matrix() {
        return new PackedMatrix(rows, cols, format.form(), format.scaleForm(), format.minimumFactor(), numbers, scales);
    }

    private int length(long words) {
        if (words > Integer.MAX_VALUE - 8) {
            throw new ModelLoadException("tensor '" + name + "' is too large: " + rows + " × " + cols);
        }
        return (int) words;
    }

    /** The work on one panel, with its own buffers. */
    private final class Panel {
        private final byte[] bytes = new byte[Math.toIntExact(type.bytes(cols))];
        private final int[] q = new int[blocks * Activations.BLOCK];
        private final int[] words = new int[Math.max(Activations.BLOCK, scaleWords)];
        private final float[] rowScales = new float[2 * blocks];
        private final float[] rowMinimums = new float[2 * blocks];

        void pack(MemorySegment data, int panel) {
            for (int r = 0; r < Math.min(PANEL, rows - panel * PANEL); r++) {
                long row = (long) panel * PANEL + r;
                MemorySegment.copy(data, ValueLayout.JAVA_BYTE, row * bytes.length, bytes, 0, bytes.length);
                format.decode(bytes, cols, q, rowScales, rowMinimums);
                requireFinite();
                for (int block = 0; block < blocks; block++) {
                    format.form().pack(q, block * Activations.BLOCK, words);
                    int bits = format.form().bits();
                    put(numbers, (panel * blocks + block) * bits * PANEL + r, bits);
                }
                format.scaleWords(bytes, cols, words);
                put(scales, panel * scaleWords * PANEL + r, scaleWords);
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
