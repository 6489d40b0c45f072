package dev.stoa.engine;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Waits for one piece after the other. For one thread. */
final class ChunkIterator implements Iterator<Generation.Chunk> {
    /** Nothing depends on it: it is waited again. */
    private static final Duration WAIT = Duration.ofMinutes(1);

    private final Generation generation;
    private Generation.@Nullable Chunk next;

    ChunkIterator(Generation generation) {
        this.generation = generation;
    }

    @Override
    public boolean hasNext() {
        while (next == null && generation.finish() == null) {
            try {
                next = generation.next(WAIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                generation.cancel();
                throw (CancellationException) new CancellationException("interrupted").initCause(e);
            }
        }
        if (next == null && generation.finish() == Generation.Finish.FAILED) {
            throw new IllegalStateException("the engine failed this generation; its log has the cause");
        }
        return next != null;
    }

    @Override
    public Generation.Chunk next() {
        Generation.Chunk chunk = hasNext() ? next : null;
        if (chunk == null) {
            throw new NoSuchElementException("the generation has ended");
        }
        next = null;
        return chunk;
    }
}
