package dev.stoa.conversation;

import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.MockModel;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Plays token streams that a test writes, found by the last words of the prompt: {@code script("x")} answers the
 * question "x", whether it was asked before or after. A question without a script is echoed. As strict as the contract:
 * reading after the end or after close throws.
 */
public final class ScriptedGenerations implements Generations {
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Map<String, GenerationRequest> requests = new ConcurrentHashMap<>();
    private volatile @Nullable Script summary;
    private volatile @Nullable Script title;
    private final BlockingQueue<Script> proposals = new LinkedBlockingQueue<>();
    private final AtomicInteger open = new AtomicInteger();

    /** The stream of one question. */
    public static final class Script {
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        /** Streams a piece of text now. */
        public Script text(String text) {
            events.add(new TokenStream.TextDelta(text));
            return this;
        }

        /** Thinks a piece of text now. */
        public Script think(String text) {
            events.add(new TokenStream.ThinkingDelta(text));
            return this;
        }

        /** Calls a tool now, its arguments in these pieces. */
        public Script call(int call, String name, String... arguments) {
            events.add(new TokenStream.CallStart(call, null, name));
            for (String part : arguments) {
                events.add(new TokenStream.CallArguments(call, part));
            }
            events.add(new TokenStream.CallEnd(call, true));
            return this;
        }

        public Script finish(StopReason reason) {
            events.add(new TokenStream.Finished(reason, null, new TokenUsage(7, 0, 3)));
            return this;
        }

        public Script finish() {
            return finish(StopReason.END_TURN);
        }

        /** The request fails when the reader gets here. */
        public Script fail(RuntimeException failure) {
            events.add(failure);
            return this;
        }
    }

    @Override
    public List<TokenStream> startAll(Caller caller, List<GenerationRequest> parts) {
        return parts.stream().map(part -> start(caller, part)).toList();
    }

    public Script script(String question) {
        Script script = new Script();
        scripts.put(question, script);
        return script;
    }

    /** What the model writes when it is to summarise; null lets it fail. */
    public void summary(@Nullable String text) {
        summary = text == null ? null : new Script().text(text).finish();
    }

    /** The model begins a summary and does not come to its end. */
    public void endlessSummary() {
        summary = new Script().text("It began");
    }

    private TokenStream summarise(GenerationRequest request) {
        Script script = summary;
        if (script == null) {
            throw new StoaException(ErrorKind.OVERLOADED, "No summary, says the test.");
        }
        requests.put("summary", request);
        open.incrementAndGet();
        return new Stream(new LinkedBlockingQueue<>(script.events));
    }

    /** What the model calls conversations; null lets it fail. */
    public void title(@Nullable String text) {
        title = text == null ? null : new Script().think("A title.").text(text).finish();
    }

    private TokenStream named(GenerationRequest request) {
        Script script = title;
        if (script == null) {
            throw new StoaException(ErrorKind.OVERLOADED, "No title, says the test.");
        }
        requests.put("title", request);
        open.incrementAndGet();
        return new Stream(new LinkedBlockingQueue<>(script.events));
    }

    /** The next time that the model is asked what to remember, it plays this. Without one it fails. */
    public Script proposal() {
        Script script = new Script();
        proposals.add(script);
        return script;
    }

    /** Whether all of them were played. */
    public boolean proposed() {
        return proposals.isEmpty();
    }

    private TokenStream propose(GenerationRequest request) {
        open.incrementAndGet();
        Script script = proposals.poll();
        if (script == null) {
            open.decrementAndGet();
            throw new StoaException(ErrorKind.OVERLOADED, "No proposal, says the test.");
        }
        requests.put("proposal", request);
        return new Stream(script.events);
    }

    /** The words of a question, without the files before them. */
    private static String withoutFiles(String prompt) {
        String end = "</file>\n\n";
        int at = prompt.lastIndexOf(end);
        return at < 0 ? prompt : prompt.substring(at + end.length());
    }

    /** What was asked of the model for a question. */
    public GenerationRequest request(String question) {
        return Objects.requireNonNull(requests.get(question), question);
    }

    /** Streams that are open now; 0 when every run has closed its own. */
    public int open() {
        return open.get();
    }

    @Override
    public TokenStream start(Caller caller, GenerationRequest request) {
        String question = withoutFiles(request.messages().getLast().plainText());
        if (request.messages().getFirst().plainText().equals(Summarizer.INSTRUCTION)) {
            return summarise(request);
        }
        if (request.messages().getFirst().plainText().equals(Titler.INSTRUCTION)) {
            return named(request);
        }
        if (request.messages().getFirst().plainText().startsWith(MemoryProposer.INSTRUCTION)) {
            return propose(request);
        }
        requests.put(question, request);
        Optional<MockModel> mock = MockModel.named(request.model());
        if (mock.isPresent()) {
            return mock.get().answer(request);
        }
        Script script = scripts.get(question);
        if (script == null) {
            script = new Script().text("You said: ").text(question).finish();
        }
        if (script.events.peek() instanceof StoaException refused) {
            throw refused;
        }
        open.incrementAndGet();
        return new Stream(script.events);
    }

    private final class Stream implements TokenStream {
        private static final Object CLOSED = new Object();

        private final BlockingQueue<Object> events;
        private boolean started;
        private boolean finished;
        private boolean closed;
        private int deltas;

        Stream(BlockingQueue<Object> events) {
            this.events = events;
        }

        @Override
        public @Nullable Event next(Duration timeout) throws InterruptedException {
            if (finished) {
                throw new IllegalStateException("read after the end");
            }
            if (!started) {
                started = true;
                return new Started(7, 0);
            }
            Object event = events.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return switch (event) {
                case null -> null;
                case RuntimeException failure -> throw failure;
                case Finished end -> {
                    finished = true;
                    yield end;
                }
                case TextDelta delta -> {
                    deltas++;
                    yield delta;
                }
                case TokenStream.Event other -> other;
                default -> throw new IllegalStateException("read after close");
            };
        }

        @Override
        public TokenUsage usage() {
            return new TokenUsage(7, 0, deltas);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                events.add(CLOSED);
                open.decrementAndGet();
            }
        }
    }
}
