package dev.stoa.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One holder at a time over all threads and processes. The operating system frees it when its process dies. Lock files
 * are never deleted: deleting one that another process has just opened would let two hold “the” lock.
 */
final class StoreLock implements AutoCloseable {
    /** A file lock belongs to the whole JVM, so threads of one JVM exclude each other here first. */
    private static final ConcurrentMap<Path, Semaphore> IN_PROCESS = new ConcurrentHashMap<>();

    private final Semaphore semaphore;
    private final FileChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private StoreLock(Semaphore semaphore, FileChannel channel) {
        this.semaphore = semaphore;
        this.channel = channel;
    }

    /**
     * Waits for the lock.
     *
     * @param onWait called once if somebody else holds it now
     */
    static StoreLock acquire(Path file, Runnable onWait) throws IOException, InterruptedException {
        StoreLock lock = tryAcquire(file);
        if (lock != null) {
            return lock;
        }
        onWait.run();
        Semaphore semaphore = semaphoreOf(file);
        semaphore.acquire();
        boolean held = false;
        FileChannel channel = null;
        try {
            channel = open(file);
            channel.lock();
            held = true;
            return new StoreLock(semaphore, channel);
        } catch (FileLockInterruptionException e) {
            throw (InterruptedException) new InterruptedException("interrupted while waiting for a lock").initCause(e);
        } finally {
            if (!held) {
                release(semaphore, channel);
            }
        }
    }

    /** Takes the lock if it is free. */
    static @Nullable StoreLock tryAcquire(Path file) throws IOException {
        Semaphore semaphore = semaphoreOf(file);
        if (!semaphore.tryAcquire()) {
            return null;
        }
        boolean held = false;
        FileChannel channel = null;
        try {
            channel = open(file);
            FileLock lock = channel.tryLock();
            held = lock != null;
            return held ? new StoreLock(semaphore, channel) : null;
        } finally {
            if (!held) {
                release(semaphore, channel);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            release(semaphore, channel);
        }
    }

    private static Semaphore semaphoreOf(Path file) {
        return IN_PROCESS.computeIfAbsent(file.toAbsolutePath().normalize(), _ -> new Semaphore(1));
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void release(Semaphore semaphore, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            semaphore.release();
        }
    }
}
