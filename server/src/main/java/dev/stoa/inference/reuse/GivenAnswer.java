package dev.stoa.inference.reuse;

import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import java.time.Duration;
import java.util.List;

/** An answer that was there already, as a stream. One reader thread; {@link #close} from any. */
final class GivenAnswer implements TokenStream {
    private final List<Event> events;
    private final String model;
    private final TokenUsage usage;
    private int read;
    private volatile boolean closed;

    /** @param events that end with {@code Finished} */
    GivenAnswer(List<Event> events, String model) {
        this.events = events;
        this.model = model;
        this.usage = ((Finished) events.getLast()).usage();
    }

    @Override
    public Event next(Duration timeout) {
        if (closed || read == events.size()) {
            throw new IllegalStateException("the stream has ended");
        }
        return events.get(read++);
    }

    @Override
    public TokenUsage usage() {
        return usage;
    }

    /** Nothing was computed. */
    @Override
    public TokenUsage charged() {
        return TokenUsage.NONE;
    }

    @Override
    public Reuse reuse() {
        return Reuse.HIT;
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public void close() {
        closed = true;
    }
}
