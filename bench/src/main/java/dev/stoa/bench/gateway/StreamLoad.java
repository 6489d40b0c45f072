package dev.stoa.bench.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** Loads on one gateway. */
final class StreamLoad {
    private static final int FAILED_MAX = 5;
    private static final int OPENERS = 16;

    private StreamLoad() {}

    /** Durations of streams, ascending. */
    record Latencies(long[] nanos) {
        double millis(double quantile) {
            return nanos.length == 0
                    ? Double.NaN
                    : nanos[(int) Math.min(nanos.length - 1, nanos.length * quantile)] / 1e6;
        }
    }

    record Rate(double perSecond, double cpuMillisEach) {}

    record Idle(double bytesEach, double cpuMicrosPerEvent) {}

    /** One caller, one stream after the other. */
    static Latencies oneCaller(Gateway gateway, Duration time) throws IOException {
        List<Long> taken = new ArrayList<>();
        askUntil(System.nanoTime() + time.toNanos(), gateway, taken::add);
        return sorted(taken);
    }

    private static Latencies sorted(Iterable<Long> taken) {
        List<Long> all = new ArrayList<>();
        taken.forEach(all::add);
        long[] nanos = all.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(nanos);
        return new Latencies(nanos);
    }

    /** As many streams as go, from callers that ask again at once. */
    static Rate throughput(Gateway gateway, int callers, Duration time) throws IOException, InterruptedException {
        double cpu = gateway.cpuSeconds();
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        long streams = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                counts.add(threads.submit(() -> askUntil(end, gateway, _ -> {})));
            }
            for (Future<Long> count : counts) {
                streams += count.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(gateway.name() + " failed under load: " + e.getCause(), e);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Rate(streams / seconds, 1000 * (gateway.cpuSeconds() - cpu) / streams);
    }

    /** Whole streams until then. Go's proxy breaks one in some ten thousand off, so a few may fail. */
    private static long askUntil(long end, Gateway gateway, LongConsumer taken) throws IOException {
        long count = 0;
        int failed = 0;
        while (System.nanoTime() < end) {
            try (StreamClient client = new StreamClient(gateway, MockUpstream.FAST)) {
                while (System.nanoTime() < end) {
                    taken.accept(client.ask());
                    count++;
                }
            } catch (IOException e) {
                if (++failed > FAILED_MAX) {
                    throw e;
                }
            }
        }
        return count;
    }

    /** Streams that begin at a fixed rate, whether or not earlier ones have ended; timed from when they should begin. */
    static Latencies atRate(Gateway gateway, int perSecond, Duration time) throws IOException {
        ConcurrentLinkedDeque<StreamClient> free = new ConcurrentLinkedDeque<>();
        ConcurrentLinkedQueue<Long> taken = new ConcurrentLinkedQueue<>();
        AtomicInteger failed = new AtomicInteger();
        long count = perSecond * time.toMillis() / 1000;
        List<Future<?>> running = new ArrayList<>();
        long begin = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long i = 0; i < count; i++) {
                long due = begin + i * 1_000_000_000L / perSecond;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                running.add(threads.submit(() -> {
                    StreamClient kept = free.poll();
                    StreamClient client = kept == null ? new StreamClient(gateway, MockUpstream.FAST) : kept;
                    try {
                        client.ask();
                        taken.add(System.nanoTime() - due);
                        free.add(client);
                    } catch (IOException e) {
                        client.close();
                        if (failed.incrementAndGet() > FAILED_MAX) {
                            throw e;
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(gateway.name() + " failed at " + perSecond + "/s: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            for (StreamClient client : free) {
                client.close();
            }
        }
        return sorted(taken);
    }

    /** Streams of one event a second, held: what each keeps in memory, and what an event costs. */
    static Idle idle(Gateway gateway, int streams, Duration settles, Duration time) throws IOException {
        long before = gateway.residentBytes();
        List<StreamClient> clients = Collections.synchronizedList(new ArrayList<>());
        try {
            open(gateway, streams, clients);
            drain(clients, settles);
            double cpu = gateway.cpuSeconds();
            long events = drain(clients, time);
            if (events < (streams * time.toSeconds()) / 2) {
                throw new IOException(
                        gateway.name() + " lets only " + events + " events of " + streams + " streams pass");
            }
            double used = gateway.cpuSeconds() - cpu;
            return new Idle((gateway.residentBytes() - before) / (double) streams, 1e6 * used / events);
        } finally {
            for (StreamClient client : clients) {
                client.close();
            }
        }
    }

    /** Some at once, as each waits for its first event. */
    private static void open(Gateway gateway, int streams, List<StreamClient> opened) throws IOException {
        AtomicInteger left = new AtomicInteger(streams);
        List<Future<?>> openers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < OPENERS; i++) {
                openers.add(threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        StreamClient client = new StreamClient(gateway, MockUpstream.SLOW);
                        opened.add(client);
                        client.begin();
                    }
                    return null;
                }));
            }
            for (Future<?> opener : openers) {
                opener.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(gateway.name() + " holds no more than " + opened.size() + " streams", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads what comes. @return how many events that was */
    private static long drain(List<StreamClient> clients, Duration time) throws IOException {
        long events = 0;
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < time.toNanos()) {
            for (StreamClient client : clients) {
                events += client.drain();
            }
            LockSupport.parkNanos(500_000_000L);
        }
        return events;
    }
}
