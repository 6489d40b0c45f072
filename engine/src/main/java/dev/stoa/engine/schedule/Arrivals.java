package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRejectedException.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The queue between request threads and the engine thread, first in, first out. Thread-safe. */
final class Arrivals {
    private final int maxQueued;
    private final int maxRunning;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private int running;
    private boolean closed;

    /** @param maxQueued requests that may wait beyond those for which there is a free place */
    Arrivals(int maxQueued, int maxRunning) {
        this.maxQueued = maxQueued;
        this.maxRunning = maxRunning;
    }

    /** @throws EngineRejectedException if the queue is full or closed */
    synchronized void add(Request request) {
        if (closed) {
            throw new EngineRejectedException(Reason.CLOSED, "the engine is closing");
        }
        int places = Math.max(0, maxRunning - running);
        if (waiting.size() >= maxQueued + places) {
            throw new EngineRejectedException(
                    Reason.QUEUE_FULL, waiting.size() + " requests are waiting already, the most that may");
        }
        waiting.add(request);
    }

    synchronized @Nullable Request first() {
        return waiting.peek();
    }

    /** Takes the first one out, as one of {@code nowRunning} that run. */
    synchronized void removeFirst(int nowRunning) {
        waiting.remove();
        running = nowRunning;
    }

    synchronized void running(int count) {
        running = count;
    }

    synchronized List<Request> removeCancelled() {
        List<Request> cancelled = new ArrayList<>();
        waiting.removeIf(request -> request.stream().cancelled() && cancelled.add(request));
        return cancelled;
    }

    synchronized int size() {
        return waiting.size();
    }

    /** Refuses what comes from now on, and returns what was waiting. */
    synchronized List<Request> close() {
        closed = true;
        List<Request> rest = List.copyOf(waiting);
        waiting.clear();
        return rest;
    }
}
