package dev.stoa.engine.kernel;

import dev.stoa.engine.KvType;
import java.util.Arrays;

/** The reference for {@link VectorKernels}, and what runs where the Vector API is missing. Stateless. */
public final class ScalarKernels implements Kernels {
    @Override
    public String description() {
        return "scalar";
    }

    /** The bits of a float but its sign: compared as whole numbers they order magnitudes, NaN above all. */
    static final int MAGNITUDE = 0x7fffffff;

    static final int ROUND_BITS = Float.floatToRawIntBits(Exponential.ROUND);

    @Override
    public void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        ScalarProduct.multiply(matrix, panel, input, scratch);
    }

    @Override
    public void quantize(float[] x, int at, int[] pairs, int pairsAt, float[] scales, float[] sums, int scaleAt) {
        int most = 0;
        for (int i = at; i < at + Activations.BLOCK; i++) {
            most = Math.max(most, Float.floatToRawIntBits(x[i]) & MAGNITUDE);
        }
        float max = Float.intBitsToFloat(most);
        float factor = quantizingFactor(max);
        int sum = 0;
        for (int p = 0; p < Activations.BLOCK / 2; p++) {
            int low = quantized(x[at + p], factor);
            int high = quantized(x[at + p + Activations.BLOCK / 2], factor);
            sum += low + high;
            pairs[pairsAt + p] = low & 0xffff | high << 16;
        }
        float scale = max / Activations.LEVELS;
        scales[scaleAt] = scale;
        sums[scaleAt] = scale * sum;
    }

    @Override
    public Operand operand(Form form) {
        return form.whole() ? Operand.PAIRS : Operand.VALUES;
    }

    @Override
    public void levels(int[] pairs, int at, float[] levels, int to) {
        for (int p = 0; p < Activations.BLOCK / 2; p++) {
            levels[to + p] = (short) pairs[at + p];
            levels[to + Activations.BLOCK / 2 + p] = pairs[at + p] >> 16;
        }
    }

    /** So small a maximum that its inverse would be infinite counts as zero. */
    static float quantizingFactor(float max) {
        float factor = Activations.LEVELS / max;
        return Float.isInfinite(factor) ? 0 : factor;
    }

    /** Adding 1.5 · 2²³ leaves the rounded number in the lowest bits. */
    static int quantized(float x, float factor) {
        return Float.floatToRawIntBits(x * factor + Exponential.ROUND) - ROUND_BITS;
    }

    @Override
    public float sumOfSquares(float[] x, int at, int n, float[] partial) {
        Arrays.fill(partial, 0, PARTIAL_SUMS, 0f);
        for (int i = 0; i < n; i++) {
            float value = x[at + i];
            partial[i % PARTIAL_SUMS] = Math.fma(value, value, partial[i % PARTIAL_SUMS]);
        }
        return total(partial);
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
    public void keys(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride) {
        int words = headSize / type.perWord();
        for (int t = 0; t < PAGE; t++) {
            float scale = type == KvType.INT8 ? Float.intBitsToFloat(page[at + words * PAGE + t]) : 1;
            for (int d = 0; d < headSize; d++) {
                int word = page[at + d % words * PAGE + t];
                tile[to + d * stride + t] = KvPages.number(type, word, d / words, scale);
            }
        }
    }

    @Override
    public void values(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride) {
        int words = headSize / type.perWord();
        for (int t = 0; t < PAGE; t++) {
            float scale = type == KvType.INT8 ? Float.intBitsToFloat(page[at + words * PAGE + t]) : 1;
            for (int d = 0; d < headSize; d++) {
                int word = page[at + t * words + d % words];
                tile[to + t * stride + d] = KvPages.number(type, word, d / words, scale);
            }
        }
    }

    @Override
    public void dots(
            float[] tile,
            int tileAt,
            int stride,
            int depth,
            int cols,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            float[] out,
            int outAt,
            int outStride) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < cols; c++) {
                float sum = out[outAt + row * outStride + c];
                for (int k = 0; k < depth; k++) {
                    sum = Math.fma(tile[tileAt + k * stride + c], x[xAt + row * xStride + k], sum);
                }
                out[outAt + row * outStride + c] = sum;
            }
        }
    }

    @Override
    public float softmax(float[] s, int at, int from, int to, int n, float scale, float[] partial) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            max = Math.max(max, s[at + i]);
        }
        Arrays.fill(partial, 0, PARTIAL_SUMS, 0f);
        for (int i = 0; i < n; i++) {
            s[at + i] = i >= from && i < to ? Exponential.exp((s[at + i] - max) * scale) : 0f;
            partial[i % PARTIAL_SUMS] += s[at + i];
        }
        return total(partial);
    }

    @Override
    public void scale(float[] x, int at, int n, float factor) {
        for (int i = at; i < at + n; i++) {
            x[i] *= factor;
        }
    }

    @Override
    public int argmax(float[] x, int at, int n) {
        int best = 0;
        boolean valid = true;
        for (int i = 0; i < n; i++) {
            valid &= x[at + i] < Float.POSITIVE_INFINITY;
            if (x[at + i] > x[at + best]) {
                best = i;
            }
        }
        return valid ? best : -1;
    }
}
