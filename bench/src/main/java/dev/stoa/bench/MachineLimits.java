package dev.stoa.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntToDoubleFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do at most, measured with the same language and threads as the engine: reading memory that no
 * cache holds, and fused multiply-adds on registers.
 *
 * @param bytesPerSecond read from DRAM by all threads together
 * @param flopsPerSecond 32-bit floating-point operations, an FMA counted as two
 */
public record MachineLimits(double bytesPerSecond, double flopsPerSecond) {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

    /** 256 MiB a thread: several times the largest last-level cache a thread is likely to own. */
    private static final int LONGS_PER_THREAD = 32 << 20;

    private static final int ROUNDS = 5;
    private static final int FMA_ITERATIONS = 20_000_000;
    private static final int FMA_CHAINS = 8;

    /** Takes about two seconds. */
    public static MachineLimits measure(int threads) {
        long[][] memory = new long[threads][LONGS_PER_THREAD];
        for (long[] part : memory) {
            Arrays.fill(part, 1);
        }
        double bytes = best(threads, i -> readAll(memory[i])) * LONGS_PER_THREAD * 8.0;
        double flops = best(threads, i -> multiplyAdd()) * FMA_ITERATIONS * FMA_CHAINS * FLOATS.length() * 2.0;
        return new MachineLimits(bytes, flops);
    }

    /** Most thread-rounds a second over a few rounds: a limit is a maximum, so noise may only lower it. */
    private static double best(int threads, IntToDoubleFunction work) {
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            CountDownLatch start = new CountDownLatch(1);
            double[] sink = new double[threads];
            List<Thread> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int index = i;
                running.add(Thread.ofPlatform().start(() -> {
                    awaitUninterruptibly(start);
                    sink[index] = work.applyAsDouble(index);
                }));
            }
            long begin = System.nanoTime();
            start.countDown();
            running.forEach(MachineLimits::joinUninterruptibly);
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (Arrays.stream(sink).sum() != 0) {
                best = Math.max(best, threads / seconds);
            }
        }
        return best;
    }

    private static double readAll(long[] memory) {
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        int step = LONGS.length();
        for (int i = 0; i <= memory.length - 4 * step; i += 4 * step) {
            a = a.add(LongVector.fromArray(LONGS, memory, i));
            b = b.add(LongVector.fromArray(LONGS, memory, i + step));
            c = c.add(LongVector.fromArray(LONGS, memory, i + 2 * step));
            d = d.add(LongVector.fromArray(LONGS, memory, i + 3 * step));
        }
        return a.add(b).add(c.add(d)).reduceLanes(jdk.incubator.vector.VectorOperators.ADD);
    }

    /** Eight independent chains hide the latency of an FMA (4 to 5 cycles, two a cycle). */
    private static double multiplyAdd() {
        FloatVector x = FloatVector.broadcast(FLOATS, 0.999f);
        FloatVector y = FloatVector.broadcast(FLOATS, 0.001f);
        FloatVector a = y;
        FloatVector b = y;
        FloatVector c = y;
        FloatVector d = y;
        FloatVector e = y;
        FloatVector f = y;
        FloatVector g = y;
        FloatVector h = y;
        for (int i = 0; i < FMA_ITERATIONS; i++) {
            a = a.fma(x, y);
            b = b.fma(x, y);
            c = c.fma(x, y);
            d = d.fma(x, y);
            e = e.fma(x, y);
            f = f.fma(x, y);
            g = g.fma(x, y);
            h = h.fma(x, y);
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).lane(0);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }
}
