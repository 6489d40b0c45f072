package dev.stoa.inference.upstream;

import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.inference.upstream.UpstreamSettings.OnDisconnect;
import dev.stoa.shared.EventData;
import dev.stoa.shared.ServerSentEvents;
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
    record Terms(
            String name, Duration firstToken, Duration idle, int lineMax, OnDisconnect onDisconnect, Clock clock) {}

    /** How an answer comes, and whether it leaves as it came. */
    private enum Form {
        EVENTS,
        PASSED_EVENTS,
        PASSED_WHOLE
    }

    /** Largest answer in one piece: the most that the protocols' own servers send. */
    private static final int WHOLE_MAX = 32 << 20;
    /** A whole answer is silence until it is there; a request's own time ends it. */
    private static final Duration WHOLE_WAIT = Duration.ofDays(1);

    private final Form form;
    private final Terms terms;
    private final AnswerReader answer;
    private final Tally tally;
    private final ServerSentEvents events;
    private final Inbox inbox = new Inbox();
    private final CompletableFuture<?> exchange;
    private final ArrayDeque<Event> ready = new ArrayDeque<>();
    /** Text that waits for what came with it. */
    private final StringBuilder text = new StringBuilder();

    /** A whole answer as far as it has come. */
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream(0);

    private final ByteArrayOutputStream errorBody = new ByteArrayOutputStream(0);

    private Inbox.@Nullable Head head;
    /** When the silence so far began: the request's start, or the last piece. */
    private long lastNanos = System.nanoTime();

    private @Nullable StoaException fault;
    private boolean spoke;
    private volatile boolean whole;
    private boolean ended;
    private volatile boolean closed;

    UpstreamStream(Terms terms, HttpClient http, HttpRequest request, AnswerReader answer, Tally tally) {
        this(Form.EVENTS, terms, http, request, answer, tally);
    }

    /** An answer of which also the bytes are told, as {@code Passed}. */
    static UpstreamStream passed(
            Terms terms, HttpClient http, HttpRequest request, AnswerReader answer, Tally tally, boolean stream) {
        return new UpstreamStream(stream ? Form.PASSED_EVENTS : Form.PASSED_WHOLE, terms, http, request, answer, tally);
    }

    private UpstreamStream(
            Form form, Terms terms, HttpClient http, HttpRequest request, AnswerReader answer, Tally tally) {
        this.form = form;
        this.terms = terms;
        this.answer = answer;
        this.tally = tally;
        this.events = new ServerSentEvents(terms.lineMax(), what -> UpstreamFaults.rubbish(what, null));
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
        if (ready.isEmpty() && !await(timeout)) {
            return null;
        }
        Event event = ready.remove();
        ended = event instanceof Finished;
        return event;
    }

    /** Waits until something is ready; false when nothing came in time. */
    private boolean await(Duration timeout) throws InterruptedException {
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
                    return false;
                }
            }
            return true;
        } catch (StoaException e) {
            ended = true;
            if (e.getCause() != null) {
                log.warn("Upstream {}: {} {}", terms.name(), e.getMessage(), String.valueOf(e.getCause()));
            }
            cancel();
            throw e;
        }
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
        if (form == Form.PASSED_WHOLE) {
            return WHOLE_WAIT;
        }
        return spoke ? terms.idle() : terms.firstToken();
    }

    private void take(Inbox.Item item) {
        switch (item) {
            case Inbox.Head begun -> {
                head = begun;
                if (isAnswer(begun) && form != Form.PASSED_WHOLE) {
                    answer.begun(ready::add);
                }
            }
            case Inbox.Bytes(var buffers) -> buffers.forEach(this::take);
            case Inbox.End _ -> {
                requireAnswer();
                if (form == Form.PASSED_WHOLE) {
                    takeWhole();
                } else if (!whole) {
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
            if (form == Form.PASSED_WHOLE) {
                takePart(buffer);
            } else if (!whole) {
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

    private void takeEvent(EventData data) {
        if (whole) {
            return;
        }
        if (form == Form.PASSED_EVENTS) {
            byte[] raw = events.raw();
            answer.event(data, event -> emit(event, raw));
            // Each by itself, so that the gate can let go of those before the one that it holds.
            if (!whole && answer.isCallers()) {
                pass(raw);
            }
        } else {
            answer.event(data, this::emit);
        }
        lastNanos = System.nanoTime();
    }

    private void takePart(ByteBuffer buffer) {
        if (buffer.remaining() > WHOLE_MAX - passed.size()) {
            throw UpstreamFaults.rubbish("an answer of more than " + WHOLE_MAX + " bytes", null);
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        passed.writeBytes(bytes);
    }

    private void takeWhole() {
        byte[] body = passed.toByteArray();
        passed.reset();
        answer.whole(Json.object(new EventData(body, 0, body.length)), event -> emit(event, body));
    }

    /** @param raw what tells the event, for the last to leave behind */
    private void emit(Event event, byte[] raw) {
        if (event instanceof Finished) {
            pass(raw);
        }
        emit(event);
    }

    private void pass(byte[] raw) {
        endText();
        ready.add(new Passed(raw, answer.untold()));
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
    public boolean leave() {
        return terms.onDisconnect() == OnDisconnect.FINISH && !closed && !whole;
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
