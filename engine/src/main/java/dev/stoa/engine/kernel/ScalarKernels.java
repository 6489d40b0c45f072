package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

/** The reference for {@link VectorKernels}, and what runs where the Vector API is missing. Stateless. */
public final class ScalarKernels implements Kernels {
    @Override
    public String description() {
        return "scalar";
    }

    @Override
    public void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        int rows = input.rows();
        java.util.Arrays.fill(scratch.result, 0, rows * PANEL, 0f);
        for (int block = 0; block < matrix.blocks(); block++) {
            unpack(matrix, panel, block, scratch.tile);
            scales(matrix, panel, block, scratch);
            int column = block * matrix.block();
            int group = column / Activations.BLOCK;
            for (int row = 0; row < rows; row++) {
                int at = input.offset(group, row) + column % Activations.BLOCK;
                row(matrix, input, at, input.scaleOffset(group) + row, scratch, row * PANEL);
            }
        }
    }

    /** {@code result += scale · scaleₓ · Σ q·x + minimum · Σ x} for one input row and one block. */
    private static void row(
            PackedMatrix matrix, Activations input, int at, int scaleAt, PanelScratch scratch, int resultAt) {
        float[] x = input.values(matrix);
        float[] dot = new float[PANEL];
        for (int k = 0; k < matrix.block(); k++) {
            float value = x[at + k];
            for (int r = 0; r < PANEL; r++) {
                dot[r] = Math.fma(scratch.tile[k * PANEL + r], value, dot[r]);
            }
        }
        float scale = matrix.quantized() ? input.scales()[scaleAt] : 1f;
        float sum = matrix.quantized() ? input.sums()[scaleAt] : 0f;
        for (int r = 0; r < PANEL; r++) {
            float result = Math.fma(scratch.scale[r] * scale, dot[r], scratch.result[resultAt + r]);
            scratch.result[resultAt + r] = Math.fma(scratch.minimum[r], sum, result);
        }
    }

    /** The whole numbers (or floats) of a block as floats: {@code tile[k][r]}. */
    static void unpack(PackedMatrix matrix, int panel, int block, float[] tile) {
        int perLane = matrix.form().perLane();
        int at = matrix.laneOffset(panel, block);
        int[] lanes = matrix.lanes();
        for (int k = 0; k < matrix.block(); k++) {
            int group = at + k / perLane * PANEL;
            for (int r = 0; r < PANEL; r++) {
                tile[k * PANEL + r] = weight(matrix.form(), lanes[group + r], k % perLane);
            }
        }
    }

    private static float weight(Form form, int lane, int index) {
        return switch (form) {
            case NIBBLE -> (lane >>> 4 * index) & 15;
            case BYTE -> (byte) (lane >>> 8 * index);
            case HALF -> Float.float16ToFloat((short) (lane >>> 16 * index));
            case BFLOAT -> Float.intBitsToFloat(lane >>> 16 * index << 16);
            case FLOAT -> Float.intBitsToFloat(lane);
        };
    }

    private static void scales(PackedMatrix matrix, int panel, int block, PanelScratch scratch) {
        int at = matrix.scaleOffset(panel, block);
        for (int r = 0; r < PANEL; r++) {
            if (matrix.hasHalfScales()) {
                int pair = matrix.halfScales()[at + r];
                scratch.scale[r] = Float.float16ToFloat((short) pair);
                scratch.minimum[r] = Float.float16ToFloat((short) (pair >>> 16));
            } else {
                scratch.scale[r] = matrix.hasScales() ? matrix.scales()[at + r] : 1f;
                scratch.minimum[r] = matrix.hasMinimums() ? matrix.minimums()[at + r] : 0f;
            }
        }
    }

    @Override
    public float maxAbs(float[] x, int at) {
        float max = 0;
        for (int i = at; i < at + Activations.BLOCK; i++) {
            max = Math.max(max, Math.abs(x[i]));
        }
        return max;
    }

    @Override
    public float round(float[] x, int at, float factor, float[] out, int outAt) {
        float sum = 0;
        for (int i = 0; i < Activations.BLOCK; i++) {
            out[outAt + i] = x[at + i] * factor + Exponential.ROUND - Exponential.ROUND;
            sum += out[outAt + i];
        }
        return sum;
    }

    @Override
    public float sumOfSquares(float[] x, int at, int n) {
        float[] sums = new float[PARTIAL_SUMS];
        for (int i = 0; i < n; i++) {
            float value = x[at + i];
            sums[i % PARTIAL_SUMS] = Math.fma(value, value, sums[i % PARTIAL_SUMS]);
        }
        return total(sums);
    }

    /** The one order in which partial sums are added. */
    static float total(float[] sums) {
        float total = 0;
        for (int i = 0; i < PARTIAL_SUMS; i++) {
            total += sums[i];
        }
        return total;
    }

    @Override
    public void scaleRows(float[] x, int at, float factor, float[] weight, float[] out, int outAt, int n) {
        for (int i = 0; i < n; i++) {
            out[outAt + i] = x[at + i] * factor * weight[i];
        }
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            x[at + i] += y[yAt + i];
        }
    }

    @Override
    public void siluTimes(float[] gate, int at, float[] up, int upAt, int n) {
        for (int i = 0; i < n; i++) {
            gate[at + i] = silu(gate[at + i]) * up[upAt + i];
        }
    }

    static float silu(float x) {
        return x / (1f + Exponential.exp(-x));
    }

    @Override
    public void geluTimes(float[] gate, int at, float[] up, int upAt, int n) {
        for (int i = 0; i < n; i++) {
            gate[at + i] = gelu(gate[at + i]) * up[upAt + i];
        }
    }

    /** {@code 2·√(2/π)} and its product with 0.044715: {@code gelu(x) = x / (1 + e^(−x·(A + B·x²)))}. */
    static final float GELU_A = 1.5957691f;

    static final float GELU_B = 0.07135481f;

    static float gelu(float x) {
        float inner = Math.fma(x * x, GELU_B, GELU_A);
        return x / (1f + Exponential.exp(-(x * inner)));
    }

    @Override
    public void scores(
            float[] query, int queryAt, float[] keys, int keysAt, int headSize, float[] scores, int scoresAt) {
        for (int t = 0; t < PAGE; t++) {
            float sum = 0;
            for (int d = 0; d < headSize; d++) {
                sum = Math.fma(keys[keysAt + d * PAGE + t], query[queryAt + d], sum);
            }
            scores[scoresAt + t] = sum;
        }
    }

    @Override
    public float softmax(float[] s, int from, int to, int n, float scale) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            max = Math.max(max, s[i]);
        }
        float[] sums = new float[PARTIAL_SUMS];
        for (int i = 0; i < n; i++) {
            s[i] = i >= from && i < to ? Exponential.exp((s[i] - max) * scale) : 0f;
            sums[i % PARTIAL_SUMS] += s[i];
        }
        return total(sums);
    }

    @Override
    public void accumulate(
            float[] weights,
            int weightsAt,
            int tokens,
            float[] values,
            int valuesAt,
            int headSize,
            float[] out,
            int outAt) {
        for (int d = 0; d < headSize; d++) {
            float sum = out[outAt + d];
            for (int t = 0; t < tokens; t++) {
                sum = Math.fma(weights[weightsAt + t], values[valuesAt + t * headSize + d], sum);
            }
            out[outAt + d] = sum;
        }
    }
}
