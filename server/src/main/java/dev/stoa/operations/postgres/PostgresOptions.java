package dev.stoa.operations.postgres;

import dev.stoa.operations.MachineMemory;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How the embedded server is run.
 *
 * @param dataFolder Stoa's data folder; the server lives in {@code postgres/} below it
 * @param port the loopback port, or 0 for the one used last time where that is free, else any free one
 * @param maxConnections connections the server accepts, at least 5
 * @param sharedBuffersMiB the server's page cache in MiB, at least 16
 * @param startTimeout the longest wait for a start, crash recovery included
 * @param stopTimeout the longest wait for a clean stop before a hard one
 */
public record PostgresOptions(
        Path dataFolder,
        int port,
        int maxConnections,
        int sharedBuffersMiB,
        Duration startTimeout,
        Duration stopTimeout) {
    private static final long SMALL_MACHINE_BYTES = 4L << 30;

    /** @throws IllegalArgumentException naming the option that is out of range */
    public PostgresOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535: " + port);
        }
        if (maxConnections < 5) {
            throw new IllegalArgumentException("maxConnections must be at least 5: " + maxConnections);
        }
        if (sharedBuffersMiB < 16) {
            throw new IllegalArgumentException("sharedBuffersMiB must be at least 16: " + sharedBuffersMiB);
        }
        dataFolder = dataFolder.toAbsolutePath().normalize();
    }

    /**
     * 50 connections (a pool of 20, jobs, an operator's shell), 128 MiB of buffers (32 on machines under 4 GiB), 2
     * minutes to recover from a crash (at most 1 GiB of log is replayed), 30 seconds to stop.
     */
    public static PostgresOptions defaults(Path dataFolder) {
        return new PostgresOptions(
                dataFolder,
                0,
                50,
                MachineMemory.total() < SMALL_MACHINE_BYTES ? 32 : 128,
                Duration.ofMinutes(2),
                Duration.ofSeconds(30));
    }
}
