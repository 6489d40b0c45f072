package dev.stoa.inference.upstream;

import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.StoaException;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An upstream's answer as a {@link TokenStream}. One reader; {@link #close} from any thread ends the exchange. */
final class UpstreamStream implements TokenStream {
    /** Enough for any error's message. */
    private static final int ERROR_BODY_MAX = 64 << 10;

    /** Text that came together is one delta up to about this size: the gate then looks at it once. */
    private static final int DELTA_CHARS_MAX = 4096;

    private static final Logger log = LoggerFactory.getLogger(UpstreamStream.class);

    /** What the stream needs to know of its upstream. */
    record Terms(String name, Duration firstToken, Duration idle, int lineMax, Clock clock) {}

    private final Terms terms;
    private final AnswerReader answer;
    private final Tally tally;
    private final ServerSentEvents events;
    private final Inbox inbox = new Inbox();
    private final CompletableFuture<?> exchange;
    private final ArrayDeque<Event> ready = new ArrayDeque<>();
    /** Text that waits for what came with it. */
    private final StringBuilder text = new StringBuilder();

    private final ByteArrayOutputStream errorBody = new ByteArrayOutputStream(0);

    private Inbox.@Nullable Head head;
    /** When the silence so far began: the request's start, or the last piece. */
    private long lastNanos = System.nanoTime();

    private @Nullable StoaException fault;
    private boolean spoke;
    private boolean whole;
    private boolean ended;
    private volatile boolean closed;

    UpstreamStream(Terms terms, HttpClient http, HttpRequest request, AnswerReader answer, Tally tally) {
        this.terms = terms;
        this.answer = answer;
        this.tally = tally;
        this.events = new ServerSentEvents(terms.lineMax());
        this.exchange = http.sendAsync(request, inbox);
        exchange.whenComplete((_, fault) -> {
            if (fault != null) {
                inbox.failed(fault);
            }
        });
    }

    @Override
    public @Nullable Event next(Duration timeout) throws InterruptedException {
        if (ended || closed) {
            throw new IllegalStateException("the stream has ended");
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (ready.isEmpty()) {
                if (fault != null) {
                    throw fault;
                }
                long now = System.nanoTime();
                long silenceEnds = lastNanos + silenceMax().toNanos();
                Inbox.Item item = inbox.poll(Math.min(deadline - now, silenceEnds - now));
                if (item != null) {
                    takeUpToFault(item);
                } else if (System.nanoTime() - silenceEnds >= 0) {
                    throw UpstreamFaults.silent(spoke ? "in the answer" : "before the answer", silenceMax());
                } else if (System.nanoTime() - deadline >= 0) {
                    return null;
                }
            }
        } catch (StoaException e) {
            ended = true;
            if (e.getCause() != null) {
                log.warn("Upstream {}: {} {}", terms.name(), e.getMessage(), String.valueOf(e.getCause()));
            }
            cancel();
            throw e;
        }
        Event event = ready.remove();
        ended = event instanceof Finished;
        return event;
    }

    /** What came before a fault goes out before it. */
    private void takeUpToFault(Inbox.Item item) {
        try {
            take(item);
        } catch (StoaException e) {
            fault = e;
        }
        endText();
    }

    private Duration silenceMax() {
        return spoke ? terms.idle() : terms.firstToken();
    }

    private void take(Inbox.Item item) {
        switch (item) {
            case Inbox.Head begun -> {
                head = begun;
                if (isAnswer(begun)) {
                    answer.begun(ready::add);
                }
            }
            case Inbox.Bytes(var buffers) -> buffers.forEach(this::take);
            case Inbox.End _ -> {
                requireAnswer();
                if (!whole) {
                    answer.bodyEnded(this::emit);
                }
            }
            case Inbox.Broken(Throwable cause) -> {
                requireAnswer();
                Throwable root =
                        cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
                throw head == null ? UpstreamFaults.unreachable(root) : UpstreamFaults.brokenOff(root);
            }
            case Inbox.Closed _ -> throw new IllegalStateException("the stream was closed");
        }
    }

    private static boolean isAnswer(Inbox.Head begun) {
        return begun.status() == 200;
    }

    private void take(ByteBuffer buffer) {
        if (head != null && isAnswer(head)) {
            if (!whole) {
                events.accept(buffer, this::takeEvent);
            }
            return;
        }
        byte[] bytes = new byte[Math.min(buffer.remaining(), ERROR_BODY_MAX - errorBody.size())];
        buffer.get(bytes);
        errorBody.writeBytes(bytes);
        if (errorBody.size() >= ERROR_BODY_MAX) {
            requireAnswer();
        }
    }

    private void takeEvent(String data) {
        if (!whole) {
            answer.event(data, this::emit);
            lastNanos = System.nanoTime();
        }
    }

    private void emit(Event event) {
        if (event instanceof TextDelta(String more)) {
            spoke = true;
            text.append(more);
            if (text.length() >= DELTA_CHARS_MAX) {
                endText();
            }
            return;
        }
        endText();
        ready.add(event);
        if (event instanceof Finished) {
            whole = true;
            inbox.letEnd();
        } else {
            spoke |= !(event instanceof Started);
        }
    }

    private void endText() {
        if (!text.isEmpty()) {
            ready.add(new TextDelta(text.toString()));
            text.setLength(0);
        }
    }

    /** Once all is known of a response that is none, it becomes the fault that it tells. */
    private void requireAnswer() {
        if (head != null && !isAnswer(head)) {
            throw UpstreamFaults.of(
                    head.status(), head.headers(), errorBody.toString(StandardCharsets.UTF_8), terms.clock());
        }
    }

    @Override
    public TokenUsage usage() {
        return tally.usage();
    }

    @Override
    public void close() {
        closed = true;
        if (!whole) {
            cancel();
        }
    }

    private void cancel() {
        inbox.cancel();
        exchange.cancel(true);
    }
}
