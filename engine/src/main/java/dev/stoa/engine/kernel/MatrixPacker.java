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
    private final int[] lanes;
    private final int[] halfScales;
    private final float[] scales;
    private final float[] minimums;

    private MatrixPacker(String name, TensorType type, int rows, int cols) {
        this.name = name;
        this.type = type;
        this.format = RowFormat.of(type);
        this.rows = rows;
        this.cols = cols;
        int paddedCols = (cols + Activations.BLOCK - 1) / Activations.BLOCK * Activations.BLOCK;
        this.blocks = paddedCols / format.scaleBlock();
        long paddedRows = (long) PackedMatrix.panels(rows) * PANEL;
        this.lanes = new int[length(paddedRows * paddedCols / format.form().perLane())];
        int scaleCount = format.plain() ? 0 : length(paddedRows * blocks);
        this.halfScales = new int[format.halfScales() ? scaleCount : 0];
        this.scales = new float[format.halfScales() ? 0 : scaleCount];
        this.minimums = new float[format.halfScales() || !format.minimums() ? 0 : scaleCount];
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
        return new PackedMatrix(rows, cols, format.form(), format.scaleBlock(), lanes, halfScales, scales, minimums);
    }

    private int length(long elements) {
        if (elements > Integer.MAX_VALUE - 8) {
            throw new ModelLoadException("tensor '" + name + "' is too large: " + rows + " × " + cols);
        }
        return (int) elements;
    }

    /** The work on one panel, with its own buffers. */
    private final class Panel {
        private final byte[] bytes = new byte[Math.toIntExact(type.bytes(cols))];
        private final int[] q = new int[cols];
        private final float[] rowScales = new float[blocks];
        private final float[] rowMinimums = new float[blocks];

        void pack(MemorySegment data, int panel) {
            for (int r = 0; r < Math.min(PANEL, rows - panel * PANEL); r++) {
                long row = (long) panel * PANEL + r;
                MemorySegment.copy(data, ValueLayout.JAVA_BYTE, row * bytes.length, bytes, 0, bytes.length);
                format.decode(bytes, cols, q, rowScales, rowMinimums);
                putNumbers(panel, r);
                if (!format.plain()) {
                    putScales(panel, r);
                }
            }
        }

        private void putNumbers(int panel, int r) {
            int perLane = format.form().perLane();
            int bits = Integer.SIZE / perLane;
            int mask = bits == Integer.SIZE ? -1 : (1 << bits) - 1;
            int at = panel * (blocks * format.scaleBlock() / perLane) * PANEL + r;
            for (int k = 0; k < cols; k++) {
                lanes[at + k / perLane * PANEL] |= (q[k] & mask) << k % perLane * bits;
            }
        }

        private void putScales(int panel, int r) {
            int at = panel * blocks * PANEL + r;
            for (int block = 0; block < cols / format.scaleBlock(); block++) {
                put(at + block * PANEL, rowScales[block], rowMinimums[block]);
            }
        }

        private void put(int at, float scale, float minimum) {
            if (!Float.isFinite(scale) || !Float.isFinite(minimum)) {
                throw new ModelLoadException("tensor '" + name + "' holds a scale that is not finite");
            }
            if (halfScales.length > 0) {
                halfScales[at] = half(scale) | half(minimum) << 16;
                return;
            }
            scales[at] = scale;
            if (minimums.length > 0) {
                minimums[at] = minimum;
            }
        }

        private int half(float value) {
            short half = Float.floatToFloat16(value);
            if (Float.float16ToFloat(half) != value) {
                throw new ModelLoadException("tensor '" + name + "' holds a scale out of range: " + value);
            }
            return half & 0xffff;
        }
    }
}
