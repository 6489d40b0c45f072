package dev.stoa.engine.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * {@code out[i][c] += Σ x[i][k] · tile[k][c]}: for each result one chain of fused multiply-adds in the order of {@code k},
 * from what {@code out} holds. Stateless.
 */
final class FloatDots {
    private static final int STEP = 2 * Lanes.COUNT;

    private FloatDots() {}

    /**
     * @param stride from one {@code k} of the tile to the next
     * @param cols results of a row, a multiple of two registers
     * @param x {@code [rows][depth]} from {@code xAt}, its rows {@code xStride} apart
     * @param out {@code [rows][cols]} from {@code outAt}, its rows {@code outStride} apart
     */
    static void add(
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
        for (int c = 0; c < cols; c += STEP) {
            int row = 0;
            for (; row + 4 <= rows; row += 4) {
                four(
                        tile,
                        tileAt + c,
                        stride,
                        depth,
                        x,
                        xAt + row * xStride,
                        xStride,
                        out,
                        outAt + row * outStride + c,
                        outStride);
            }
            for (; row < rows; row++) {
                one(tile, tileAt + c, stride, depth, x, xAt + row * xStride, out, outAt + row * outStride + c);
            }
        }
    }

    private static void four(
            float[] tile,
            int tileAt,
            int stride,
            int depth,
            float[] x,
            int xAt,
            int xStride,
            float[] out,
            int to,
            int outStride) {
        FloatVector a0 = FloatVector.fromArray(Lanes.F, out, to);
        FloatVector a1 = FloatVector.fromArray(Lanes.F, out, to + Lanes.COUNT);
        FloatVector b0 = FloatVector.fromArray(Lanes.F, out, to + outStride);
        FloatVector b1 = FloatVector.fromArray(Lanes.F, out, to + outStride + Lanes.COUNT);
        FloatVector c0 = FloatVector.fromArray(Lanes.F, out, to + 2 * outStride);
        FloatVector c1 = FloatVector.fromArray(Lanes.F, out, to + 2 * outStride + Lanes.COUNT);
        FloatVector d0 = FloatVector.fromArray(Lanes.F, out, to + 3 * outStride);
        FloatVector d1 = FloatVector.fromArray(Lanes.F, out, to + 3 * outStride + Lanes.COUNT);
        for (int k = 0; k < depth; k++) {
            FloatVector w0 = FloatVector.fromArray(Lanes.F, tile, tileAt + k * stride);
            FloatVector w1 = FloatVector.fromArray(Lanes.F, tile, tileAt + k * stride + Lanes.COUNT);
            FloatVector value = FloatVector.broadcast(Lanes.F, x[xAt + k]);
            a0 = w0.fma(value, a0);
            a1 = w1.fma(value, a1);
            value = FloatVector.broadcast(Lanes.F, x[xAt + xStride + k]);
            b0 = w0.fma(value, b0);
            b1 = w1.fma(value, b1);
            value = FloatVector.broadcast(Lanes.F, x[xAt + 2 * xStride + k]);
            c0 = w0.fma(value, c0);
            c1 = w1.fma(value, c1);
            value = FloatVector.broadcast(Lanes.F, x[xAt + 3 * xStride + k]);
            d0 = w0.fma(value, d0);
            d1 = w1.fma(value, d1);
        }
        a0.intoArray(out, to);
        a1.intoArray(out, to + Lanes.COUNT);
        b0.intoArray(out, to + outStride);
        b1.intoArray(out, to + outStride + Lanes.COUNT);
        c0.intoArray(out, to + 2 * outStride);
        c1.intoArray(out, to + 2 * outStride + Lanes.COUNT);
        d0.intoArray(out, to + 3 * outStride);
        d1.intoArray(out, to + 3 * outStride + Lanes.COUNT);
    }

    private static void one(float[] tile, int tileAt, int stride, int depth, float[] x, int xAt, float[] out, int to) {
        FloatVector a0 = FloatVector.fromArray(Lanes.F, out, to);
        FloatVector a1 = FloatVector.fromArray(Lanes.F, out, to + Lanes.COUNT);
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(Lanes.F, x[xAt + k]);
            a0 = FloatVector.fromArray(Lanes.F, tile, tileAt + k * stride).fma(value, a0);
            a1 = FloatVector.fromArray(Lanes.F, tile, tileAt + k * stride + Lanes.COUNT)
                    .fma(value, a1);
        }
        a0.intoArray(out, to);
        a1.intoArray(out, to + Lanes.COUNT);
    }
}
