package dev.stoa.engine.kernel;

import dev.stoa.engine.KvType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link Kernels} on the Vector API, for whatever lane count the machine has. Stateless. */
public class VectorKernels implements Kernels {
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
    public Operand operand(Form form) {
        if (form.narrow()) {
            return Operand.PAIRS;
        }
        return form.whole() ? Operand.LEVELS : Operand.VALUES;
    }

    @Override
    public void levels(int[] pairs, int at, float[] levels, int to) {
        for (int p = 0; p < Activations.BLOCK / 2; p += Lanes.COUNT) {
            IntVector pair = IntVector.fromArray(Lanes.I, pairs, at + p);
            ((FloatVector) pair.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 16)
                            .convert(VectorOperators.I2F, 0))
                    .intoArray(levels, to + p);
            ((FloatVector) pair.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0))
                    .intoArray(levels, to + Activations.BLOCK / 2 + p);
        }
    }

    @Override
    public float sumOfSquares(float[] x, int at, int n, float[] partial) {
        int whole = n - n % PARTIAL_SUMS;
        for (int lane = 0; lane < PARTIAL_SUMS; lane += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = lane; i < whole; i += PARTIAL_SUMS) {
                FloatVector value = FloatVector.fromArray(Lanes.F, x, at + i);
                sum = value.fma(value, sum);
            }
            sum.intoArray(partial, lane);
        }
        for (int i = whole; i < n; i++) {
            float value = x[at + i];
            partial[i - whole] = Math.fma(value, value, partial[i - whole]);
        }
        return ScalarKernels.total(partial);
    }

    @Override
    public void scaleRows(float[] x, int at, float factor, float[] weight, float[] out, int outAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.F, x, at + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(Lanes.F, weight, i))
                    .intoArray(out, outAt + i);
        }
        for (; i < n; i++) {
            out[outAt + i] = x[at + i] * factor * weight[i];
        }
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.F, x, at + i)
                    .add(FloatVector.fromArray(Lanes.F, y, yAt + i))
                    .intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] += y[yAt + i];
        }
    }

    @Override
    public void siluTimes(float[] gate, int at, float[] up, int upAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(Lanes.F, gate, at + i);
            FloatVector silu = x.div(exp(x.neg()).add(1f));
            silu.mul(FloatVector.fromArray(Lanes.F, up, upAt + i)).intoArray(gate, at + i);
        }
        for (; i < n; i++) {
            gate[at + i] = ScalarKernels.silu(gate[at + i]) * up[upAt + i];
        }
    }

    @Override
    public void geluTimes(float[] gate, int at, float[] up, int upAt, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(Lanes.F, gate, at + i);
            FloatVector inner = x.mul(x)
                    .fma(
                            FloatVector.broadcast(Lanes.F, ScalarKernels.GELU_B),
                            FloatVector.broadcast(Lanes.F, ScalarKernels.GELU_A));
            FloatVector gelu = x.div(exp(x.mul(inner).neg()).add(1f));
            gelu.mul(FloatVector.fromArray(Lanes.F, up, upAt + i)).intoArray(gate, at + i);
        }
        for (; i < n; i++) {
            gate[at + i] = ScalarKernels.gelu(gate[at + i]) * up[upAt + i];
        }
    }

    /** {@link Exponential#exp} in lanes, step for step. */
    private static FloatVector exp(FloatVector input) {
        // max and min would order zeros and look for NaN, which stays one here too: three times the instructions.
        FloatVector x = input.blend(Exponential.LOWEST, input.compare(VectorOperators.LT, Exponential.LOWEST));
        x = x.blend(Exponential.HIGHEST, x.compare(VectorOperators.GT, Exponential.HIGHEST));
        FloatVector round = FloatVector.broadcast(Lanes.F, Exponential.ROUND);
        FloatVector rounded = x.fma(FloatVector.broadcast(Lanes.F, Exponential.LOG2_E), round);
        FloatVector n = rounded.sub(round);
        FloatVector r = n.fma(FloatVector.broadcast(Lanes.F, -Exponential.LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(Lanes.F, -Exponential.LN2_LOW), r);
        FloatVector p =
                FloatVector.broadcast(Lanes.F, Exponential.C7).fma(r, FloatVector.broadcast(Lanes.F, Exponential.C6));
        p = p.fma(r, FloatVector.broadcast(Lanes.F, Exponential.C5));
        p = p.fma(r, FloatVector.broadcast(Lanes.F, Exponential.C4));
        p = p.fma(r, FloatVector.broadcast(Lanes.F, Exponential.C3));
        p = p.fma(r, FloatVector.broadcast(Lanes.F, Exponential.C2));
        p = p.fma(r, FloatVector.broadcast(Lanes.F, 1f));
        p = p.fma(r, FloatVector.broadcast(Lanes.F, 1f));
        // The lowest bits of n + 1.5·2²³ are those of n; what lies above is shifted away.
        IntVector exponent = rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, Exponential.MANTISSA_BITS)
                .add(Exponential.BIAS << Exponential.MANTISSA_BITS);
        return p.mul(exponent.reinterpretAsFloats());
    }

    @Override
    public void keys(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride) {
        VectorPages.keys(type, page, at, headSize, tile, to, stride);
    }

    @Override
    public void values(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride) {
        VectorPages.values(type, page, at, headSize, tile, to, stride);
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
        FloatDots.add(tile, tileAt, stride, depth, cols, x, xAt, xStride, rows, out, outAt, outStride);
    }

    @Override
    public float softmax(float[] s, int at, int from, int to, int n, float scale, float[] partial) {
        float max = max(s, at + from, at + to);
        for (int lane = 0; lane < PARTIAL_SUMS; lane += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = lane; i < n; i += PARTIAL_SUMS) {
                if (i >= to || i + Lanes.COUNT <= from) {
                    FloatVector.zero(Lanes.F).intoArray(s, at + i);
                    continue;
                }
                FloatVector e =
                        exp(FloatVector.fromArray(Lanes.F, s, at + i).sub(max).mul(scale));
                if (i < from || i + Lanes.COUNT > to) {
                    VectorMask<Float> mask = Lanes.F.indexInRange(i - from, to - from);
                    e = FloatVector.zero(Lanes.F).blend(e, mask);
                }
                e.intoArray(s, at + i);
                sum = sum.add(e);
            }
            sum.intoArray(partial, lane);
        }
        return ScalarKernels.total(partial);
    }

    private static float max(float[] s, int from, int to) {
        float max = Float.NEGATIVE_INFINITY;
        int i = from;
        if (to - from >= Lanes.COUNT) {
            // Four chains, as each link takes long.
            FloatVector first = FloatVector.fromArray(Lanes.F, s, i);
            FloatVector second = first;
            FloatVector third = first;
            FloatVector fourth = first;
            for (; i <= to - 4 * Lanes.COUNT; i += 4 * Lanes.COUNT) {
                first = first.max(FloatVector.fromArray(Lanes.F, s, i));
                second = second.max(FloatVector.fromArray(Lanes.F, s, i + Lanes.COUNT));
                third = third.max(FloatVector.fromArray(Lanes.F, s, i + 2 * Lanes.COUNT));
                fourth = fourth.max(FloatVector.fromArray(Lanes.F, s, i + 3 * Lanes.COUNT));
            }
            for (; i <= to - Lanes.COUNT; i += Lanes.COUNT) {
                first = first.max(FloatVector.fromArray(Lanes.F, s, i));
            }
            max = first.max(second).max(third.max(fourth)).reduceLanes(VectorOperators.MAX);
        }
        for (; i < to; i++) {
            max = Math.max(max, s[i]);
        }
        return max;
    }

    @Override
    public void scale(float[] x, int at, int n, float factor) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.F, x, at + i).mul(factor).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] *= factor;
        }
    }

    /** First the largest value, then the first place that has it: two passes without a chain between the lanes. */
    @Override
    public int argmax(float[] x, int at, int n) {
        float max = max(x, at, at + n);
        if (!(max < Float.POSITIVE_INFINITY)) {
            return -1;
        }
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            VectorMask<Float> here = FloatVector.fromArray(Lanes.F, x, at + i).compare(VectorOperators.EQ, max);
            if (here.anyTrue()) {
                return i + here.firstTrue();
            }
        }
        while (x[at + i] != max) {
            i++;
        }
        return i;
    }
}
