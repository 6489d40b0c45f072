package dev.stoa.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link Kernels} on the Vector API, for whatever lane count the machine has. Stateless. */
public final class VectorKernels implements Kernels {
    @Override
    public String description() {
        return "vector, " + Lanes.F.vectorBitSize() + "-bit";
    }

    @Override
    public void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        VectorProduct.multiply(matrix, panel, input, scratch);
    }

    @Override
    public void quantize(float[] x, int at, int[] pairs, int pairsAt, float[] scales, float[] sums, int scaleAt) {
        IntVector most = IntVector.zero(Lanes.I);
        for (int i = 0; i < Activations.BLOCK; i += Lanes.COUNT) {
            most = most.max(FloatVector.fromArray(Lanes.F, x, at + i)
                    .reinterpretAsInts()
                    .and(ScalarKernels.MAGNITUDE));
        }
        float max = Float.intBitsToFloat(most.reduceLanes(VectorOperators.MAX));
        float factor = ScalarKernels.quantizingFactor(max);
        IntVector sum = IntVector.zero(Lanes.I);
        for (int p = 0; p < Activations.BLOCK / 2; p += Lanes.COUNT) {
            IntVector low = FloatVector.fromArray(Lanes.F, x, at + p)
                    .mul(factor)
                    .add(Exponential.ROUND)
                    .reinterpretAsInts()
                    .sub(ScalarKernels.ROUND_BITS);
            IntVector high = FloatVector.fromArray(Lanes.F, x, at + Activations.BLOCK / 2 + p)
                    .mul(factor)
                    .add(Exponential.ROUND)
                    .reinterpretAsInts()
                    .sub(ScalarKernels.ROUND_BITS);
            sum = sum.add(low).add(high);
            low.and(0xffff).or(high.lanewise(VectorOperators.LSHL, 16)).intoArray(pairs, pairsAt + p);
        }
        float scale = max / Activations.LEVELS;
        scales[scaleAt] = scale;
        sums[scaleAt] = scale * sum.reduceLanes(VectorOperators.ADD);
    }

    @Override
    public float sumOfSquares(float[] x, int at, int n) {
        float[] sums = new float[PARTIAL_SUMS];
        int whole = n - n % PARTIAL_SUMS;
        for (int lane = 0; lane < PARTIAL_SUMS; lane += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = lane; i < whole; i += PARTIAL_SUMS) {
                FloatVector value = Lanes.floats(x, at + i);
                sum = value.fma(value, sum);
            }
            sum.intoArray(sums, lane);
        }
        for (int i = whole; i < n; i++) {
            float value = x[at + i];
            sums[i - whole] = Math.fma(value, value, sums[i - whole]);
        }
        return ScalarKernels.total(sums);
    }

    @Override
    public void scaleRows(float[] x, int at, float factor, float[] weight, float[] out, int outAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.floats(x, at + i).mul(factor).mul(Lanes.floats(weight, i)).intoArray(out, outAt + i);
        }
        for (; i < n; i++) {
            out[outAt + i] = x[at + i] * factor * weight[i];
        }
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.floats(x, at + i).add(Lanes.floats(y, yAt + i)).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] += y[yAt + i];
        }
    }

    @Override
    public void siluTimes(float[] gate, int at, float[] up, int upAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector x = Lanes.floats(gate, at + i);
            FloatVector silu = x.div(exp(x.neg()).add(1f));
            silu.mul(Lanes.floats(up, upAt + i)).intoArray(gate, at + i);
        }
        for (; i < n; i++) {
            gate[at + i] = ScalarKernels.silu(gate[at + i]) * up[upAt + i];
        }
    }

    @Override
    public void geluTimes(float[] gate, int at, float[] up, int upAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector x = Lanes.floats(gate, at + i);
            FloatVector inner = x.mul(x).fma(Lanes.all(ScalarKernels.GELU_B), Lanes.all(ScalarKernels.GELU_A));
            FloatVector gelu = x.div(exp(x.mul(inner).neg()).add(1f));
            gelu.mul(Lanes.floats(up, upAt + i)).intoArray(gate, at + i);
        }
        for (; i < n; i++) {
            gate[at + i] = ScalarKernels.gelu(gate[at + i]) * up[upAt + i];
        }
    }

    /** {@link Exponential#exp} in lanes, step for step. */
    private static FloatVector exp(FloatVector input) {
        FloatVector x = input.max(Exponential.LOWEST).min(Exponential.HIGHEST);
        FloatVector round = Lanes.all(Exponential.ROUND);
        FloatVector n = x.fma(Lanes.all(Exponential.LOG2_E), round).sub(round);
        FloatVector r = n.fma(Lanes.all(-Exponential.LN2_HIGH), x);
        r = n.fma(Lanes.all(-Exponential.LN2_LOW), r);
        FloatVector p = Lanes.all(Exponential.C7).fma(r, Lanes.all(Exponential.C6));
        p = p.fma(r, Lanes.all(Exponential.C5));
        p = p.fma(r, Lanes.all(Exponential.C4));
        p = p.fma(r, Lanes.all(Exponential.C3));
        p = p.fma(r, Lanes.all(Exponential.C2));
        p = p.fma(r, Lanes.all(1f));
        p = p.fma(r, Lanes.all(1f));
        IntVector exponent = ((IntVector) n.convert(VectorOperators.F2I, 0))
                .add(Exponential.BIAS)
                .lanewise(VectorOperators.LSHL, Exponential.MANTISSA_BITS);
        return p.mul(exponent.reinterpretAsFloats());
    }

    @Override
    public void scores(
            float[] query, int queryAt, float[] keys, int keysAt, int headSize, float[] scores, int scoresAt) {
        for (int t = 0; t < PAGE; t += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int d = 0; d < headSize; d++) {
                sum = Lanes.floats(keys, keysAt + d * PAGE + t).fma(Lanes.all(query[queryAt + d]), sum);
            }
            sum.intoArray(scores, scoresAt + t);
        }
    }

    @Override
    public float softmax(float[] s, int from, int to, int n, float scale) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            max = Math.max(max, s[i]);
        }
        float[] sums = new float[PARTIAL_SUMS];
        for (int lane = 0; lane < PARTIAL_SUMS; lane += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = lane; i < n; i += PARTIAL_SUMS) {
                FloatVector e = exp(Lanes.floats(s, i).sub(max).mul(scale));
                if (i < from || i + Lanes.COUNT > to) {
                    e = inside(e, i, from, to);
                }
                e.intoArray(s, i);
                sum = sum.add(e);
            }
            sum.intoArray(sums, lane);
        }
        return ScalarKernels.total(sums);
    }

    private static FloatVector inside(FloatVector e, int i, int from, int to) {
        VectorMask<Float> mask = Lanes.F.indexInRange(i - from, to - from);
        return FloatVector.zero(Lanes.F).blend(e, mask);
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
        int d = 0;
        for (; d <= headSize - 4 * Lanes.COUNT; d += 4 * Lanes.COUNT) {
            accumulateFour(weights, weightsAt, tokens, values, valuesAt + d, headSize, out, outAt + d);
        }
        for (; d < headSize; d++) {
            float sum = out[outAt + d];
            for (int t = 0; t < tokens; t++) {
                sum = Math.fma(weights[weightsAt + t], values[valuesAt + t * headSize + d], sum);
            }
            out[outAt + d] = sum;
        }
    }

    private static void accumulateFour(
            float[] weights,
            int weightsAt,
            int tokens,
            float[] values,
            int valuesAt,
            int headSize,
            float[] out,
            int outAt) {
        FloatVector sum0 = Lanes.floats(out, outAt);
        FloatVector sum1 = Lanes.floats(out, outAt + Lanes.COUNT);
        FloatVector sum2 = Lanes.floats(out, outAt + 2 * Lanes.COUNT);
        FloatVector sum3 = Lanes.floats(out, outAt + 3 * Lanes.COUNT);
        for (int t = 0; t < tokens; t++) {
            FloatVector weight = Lanes.all(weights[weightsAt + t]);
            int at = valuesAt + t * headSize;
            sum0 = Lanes.floats(values, at).fma(weight, sum0);
            sum1 = Lanes.floats(values, at + Lanes.COUNT).fma(weight, sum1);
            sum2 = Lanes.floats(values, at + 2 * Lanes.COUNT).fma(weight, sum2);
            sum3 = Lanes.floats(values, at + 3 * Lanes.COUNT).fma(weight, sum3);
        }
        sum0.intoArray(out, outAt);
        sum1.intoArray(out, outAt + Lanes.COUNT);
        sum2.intoArray(out, outAt + 2 * Lanes.COUNT);
        sum3.intoArray(out, outAt + 3 * Lanes.COUNT);
    }
}
