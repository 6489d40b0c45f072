package dev.stoa.engine.kernel;

import dev.stoa.engine.KvType;
import java.util.Arrays;

/** {@link PageProducts} that reads two pages as floats into a tile first. */
final class TilePages implements PageProducts {
    private final Kernels kernels;
    private final KvType type;
    private final int headSize;
    private final int width;
    /** Shape {@code [headSize][TILE]} of keys, then {@code [TILE][width]} of values. */
    private final float[] tile;

    /** @param width numbers from one query to the next, a multiple of {@link #TILE} */
    TilePages(Kernels kernels, KvType type, int headSize, int width) {
        this.kernels = kernels;
        this.type = type;
        this.headSize = headSize;
        this.width = width;
        this.tile = new float[TILE * width];
    }

    @Override
    public void score(
            int[] first,
            int[] second,
            int at,
            float[] queries,
            int query,
            int count,
            float[] scores,
            int to,
            int stride) {
        kernels.keys(type, first, at, headSize, tile, 0, TILE);
        if (second != first) {
            kernels.keys(type, second, at, headSize, tile, Kernels.PAGE, TILE);
        }
        for (int i = 0; i < PageProducts.padded(count); i++) {
            Arrays.fill(scores, to + i * stride, to + i * stride + TILE, 0f);
        }
        int from = query * width;
        kernels.dots(
                tile, 0, TILE, headSize, TILE, queries, from, width, PageProducts.padded(count), scores, to, stride);
    }

    @Override
    public void sum(
            int[] first,
            int[] second,
            int at,
            float[] scores,
            int from,
            int stride,
            int query,
            int count,
            int depth,
            float[] sums) {
        kernels.values(type, first, at, headSize, tile, 0, width);
        if (second != first) {
            kernels.values(type, second, at, headSize, tile, Kernels.PAGE * width, width);
        }
        int to = query * width;
        kernels.dots(tile, 0, width, depth, width, scores, from, stride, PageProducts.padded(count), sums, to, width);
    }
}
