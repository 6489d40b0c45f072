package dev.stoa.engine.kernel;

import dev.stoa.engine.kernel.x86.PageProduct;
import java.lang.foreign.MemorySegment;

/** {@link PageProducts} of bfloat16 in machine code, for heads of a multiple of {@link PageProduct#CHUNK} numbers. */
final class MachinePages implements PageProducts {
    private final PageProduct product;
    private final int headSize;
    private int[] firstAhead = {};
    private int[] secondAhead = {};
    private int aheadAt;

    MachinePages(PageProduct product, int headSize) {
        this.product = product;
        this.headSize = headSize;
    }

    @Override
    public void ahead(int[] first, int[] second, int at) {
        firstAhead = first;
        secondAhead = second;
        aheadAt = at;
    }

    @Override
    public void score(
            int[] first, int[] second, int at, float[] queries, int count, float[] scores, int to, int stride) {
        for (int i = 0; i < count; i += PageProduct.MAX_QUERIES) {
            product.score(
                    Math.min(PageProduct.MAX_QUERIES, count - i),
                    MemorySegment.ofArray(first),
                    MemorySegment.ofArray(second),
                    bytes(at),
                    MemorySegment.ofArray(queries),
                    bytes(i * headSize),
                    MemorySegment.ofArray(scores),
                    bytes(to + i * stride),
                    bytes(stride),
                    MemorySegment.ofArray(firstAhead),
                    MemorySegment.ofArray(secondAhead),
                    bytes(aheadAt));
        }
    }

    @Override
    public void sum(
            int[] first,
            int[] second,
            int at,
            float[] scores,
            int from,
            int stride,
            int count,
            int depth,
            float[] sums) {
        sum(first, at, scores, from, stride, count, Math.min(depth, Kernels.PAGE), sums, firstAhead);
        if (depth > Kernels.PAGE) {
            sum(second, at, scores, from + Kernels.PAGE, stride, count, depth - Kernels.PAGE, sums, secondAhead);
        }
    }

    private void sum(
            int[] page, int at, float[] scores, int from, int stride, int count, int depth, float[] sums, int[] ahead) {
        for (int word = 0; word < headSize / 2; word += PageProduct.CHUNK / 2) {
            for (int i = 0; i < count; i += PageProduct.MAX_QUERIES) {
                product.sum(
                        Math.min(PageProduct.MAX_QUERIES, count - i),
                        MemorySegment.ofArray(page),
                        bytes(at + word),
                        MemorySegment.ofArray(scores),
                        bytes(from + i * stride),
                        bytes(stride),
                        MemorySegment.ofArray(sums),
                        bytes(i * headSize + word),
                        depth,
                        MemorySegment.ofArray(ahead),
                        bytes(aheadAt + word * Kernels.PAGE));
            }
        }
    }

    /** Of as many words of 32 bits. */
    private static long bytes(int words) {
        return (long) words * Integer.BYTES;
    }
}
