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
            int[] first,
            int[] second,
            int at,
            float[] queries,
            int query,
            int count,
            float[] scores,
            int to,
            int stride) {
        int calls = Math.ceilDiv(count, product.scoreQueries());
        for (int call = 0; call < calls; call++) {
            int from = count * call / calls;
            product.score(
                    count * (call + 1) / calls - from,
                    MemorySegment.ofArray(first),
                    MemorySegment.ofArray(second),
                    bytes(at),
                    MemorySegment.ofArray(queries),
                    bytes((query + from) * headSize),
                    MemorySegment.ofArray(scores),
                    bytes(to + from * stride),
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
            int query,
            int count,
            int depth,
            float[] sums) {
        int calls = Math.ceilDiv(count, product.sumQueries());
        for (int word = 0; word < headSize / 2; word += PageProduct.CHUNK / 2) {
            for (int call = 0; call < calls; call++) {
                int begin = count * call / calls;
                product.sum(
                        count * (call + 1) / calls - begin,
                        MemorySegment.ofArray(first),
                        MemorySegment.ofArray(second),
                        bytes(at + word),
                        MemorySegment.ofArray(scores),
                        bytes(from + begin * stride),
                        bytes(stride),
                        MemorySegment.ofArray(sums),
                        bytes((query + begin) * headSize + word),
                        depth,
                        MemorySegment.ofArray(firstAhead),
                        MemorySegment.ofArray(secondAhead),
                        bytes(aheadAt + word * Kernels.PAGE));
            }
        }
    }

    @Override
    public boolean takesSomeOfQueries() {
        return true;
    }

    /** Of as many words of 32 bits. */
    private static long bytes(int words) {
        return (long) words * Integer.BYTES;
    }
}
