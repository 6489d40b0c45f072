package dev.stoa.api.openai;

import dev.stoa.inference.TokenStream;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a request's choices, read as one. A single stream is read by the caller's own thread; of several each
 * has a thread that carries its events to a common queue, so that none waits for another's reader. {@link #close} ends
 * the streams and the threads. One reader.
 */
final class Choices implements AutoCloseable {
    /** Enough for readers to run ahead of a slow writer by a few tokens each; beyond it they wait, and their models. */
    private static final int QUEUE_PER_CHOICE = 16;

    private final List<TokenStream> streams;
    private final BlockingQueue<Item> queue;
    private final List<Thread> readers;
    private final ArrayDeque<Item> ahead = new ArrayDeque<>(1);
    private final Duration patience;

    /** What happened in a choice: an event, or the fault that ended it. */
    record Item(
            int choice,
            TokenStream.@Nullable Event event,
            @Nullable RuntimeException fault) {}

    /** @param patience the longest wait for one event; it bounds how late a reader notices that it is to end */
    Choices(List<TokenStream> streams, Duration patience) {
        this.streams = streams;
        this.patience = patience;
        this.queue = new ArrayBlockingQueue<>(QUEUE_PER_CHOICE * streams.size());
        this.readers = streams.size() == 1
                ? List.of()
                : streams.stream()
                        .map(stream -> Thread.ofVirtual().name("stoa-choice").start(() -> read(stream)))
                        .toList();
    }

    int count() {
        return streams.size();
    }

    private void read(TokenStream stream) {
        int choice = streams.indexOf(stream);
        try {
            TokenStream.Event event;
            do {
                event = stream.next(patience);
                if (event != null) {
                    queue.put(new Item(choice, event, null));
                }
            } while (!(event instanceof TokenStream.Finished));
        } catch (RuntimeException e) {
            offerLast(new Item(choice, null, e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void offerLast(Item item) {
        try {
            queue.put(item);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The next event of any choice.
     *
     * @return null when {@code timeout} has passed
     * @throws dev.stoa.shared.StoaException if a choice failed; the request has failed with it
     */
    @Nullable Item next(Duration timeout) throws InterruptedException {
        Item item = ahead.poll();
        if (item != null && item.fault() != null) {
            throw item.fault();
        }
        return item == null ? take(timeout) : item;
    }

    private @Nullable Item take(Duration timeout) throws InterruptedException {
        if (readers.isEmpty()) {
            TokenStream.Event event = streams.getFirst().next(timeout);
            return event == null ? null : new Item(0, event, null);
        }
        Item item = queue.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (item != null && item.fault() != null) {
            throw item.fault();
        }
        return item;
    }

    /** The next event if it is there already and is more of this choice's text; null if not. */
    TokenStream.@Nullable Event moreOf(int choice) throws InterruptedException {
        if (!ahead.isEmpty()) {
            return null;
        }
        Item item;
        try {
            item = take(Duration.ZERO);
        } catch (StoaException e) {
            // It comes after the text that came before it.
            ahead.add(new Item(choice, null, e));
            return null;
        }
        if (item != null
                && item.choice() == choice
                && (item.event() instanceof TokenStream.TextDelta || item.event() instanceof TokenStream.Logprobs)) {
            return item.event();
        }
        if (item != null) {
            ahead.add(item);
        }
        return null;
    }

    @Override
    public void close() {
        streams.forEach(TokenStream::close);
        readers.forEach(Thread::interrupt);
    }
}
