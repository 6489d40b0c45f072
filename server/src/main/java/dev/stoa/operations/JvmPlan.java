package dev.stoa.operations;

import java.util.List;

/**
 * How much memory the JVM gets: enough for the model, the keys and values of running requests and the service, and no
 * more than the machine can give beside PostgreSQL and the system. The one place of these formulas.
 *
 * @param heapBytes the largest heap
 * @param kvCacheBytes what of it is for keys and values
 * @param wantedBytes the heap that the model and the budget asked for; larger than {@code heapBytes} where the machine
 *     is too small
 */
public record JvmPlan(long heapBytes, long kvCacheBytes, long wantedBytes) {
    /** A budget below this runs one short request at a time. */
    public static final long KV_BYTES_MIN = 64L << 20;
    /** The budget where none is set and the machine has the room. */
    static final long KV_BYTES_DEFAULT = 1L << 30;
    /** The service: Spring, request bodies, connections, and the collector's room to work in. */
    static final long SERVICE_BYTES = 512L << 20;
    /** Requests at once that are in that. */
    static final int SERVICE_REQUESTS = 512;
    /** A stream that waits, to here and on to an upstream: 150 kB as measured, and room to collect it. */
    static final long REQUEST_BYTES = 200L << 10;
    /** Weights repacked for the kernels, and what a load holds meanwhile. */
    static final double MODEL_FACTOR = 1.3;
    /** What stays for PostgreSQL, the JVM's own memory and the page cache of the model's file. */
    static final double MACHINE_SHARE_MAX = 0.75;

    /**
     * Plans for a model on a machine.
     *
     * @param modelBytes the size of its file
     * @param kvCacheBytes the budget set, or 0 for the default or what the machine leaves of it
     * @param requests the most that are on their way at once
     * @param machineBytes the memory of the machine or the container
     */
    public static JvmPlan of(long modelBytes, long kvCacheBytes, int requests, long machineBytes) {
        long service = SERVICE_BYTES + Math.max(0, requests - SERVICE_REQUESTS) * REQUEST_BYTES;
        long fixed = (long) (modelBytes * MODEL_FACTOR) + service;
        long most = (long) (machineBytes * MACHINE_SHARE_MAX);
        long kv = kvCacheBytes > 0 ? kvCacheBytes : Math.clamp(most - fixed, KV_BYTES_MIN, KV_BYTES_DEFAULT);
        long wanted = fixed + kv;
        return new JvmPlan(Math.min(wanted, most), kv, wanted);
    }

    /** False where the model will probably not load. */
    public boolean fits() {
        return wantedBytes <= heapBytes;
    }

    /**
     * The JVM's options. G1 on more than one core, for short pauses beside large arrays; the heap grows as it is used.
     *
     * @param processors cores of the machine or the container
     */
    public List<String> options(int processors) {
        long mebibytes = Math.max(1, heapBytes >> 20);
        return List.of(
                processors > 1 ? "-XX:+UseG1GC" : "-XX:+UseSerialGC",
                "-Xms" + Math.min(256, mebibytes) + "m",
                "-Xmx" + mebibytes + "m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+ExitOnOutOfMemoryError");
    }
}
