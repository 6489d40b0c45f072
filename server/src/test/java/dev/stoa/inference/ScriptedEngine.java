package dev.stoa.inference;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.ModelInfo;
import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Pooling;
import dev.stoa.engine.PreparedChat;
import dev.stoa.engine.Scheduling;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * An engine in whose place the test speaks, for what a real model can't be made to do on demand: fall silent, fail in
 * mid-stream, say a given text. A token is a character of the prompt.
 */
public final class ScriptedEngine implements Engine {
    public static final String MODEL = "scripted:v1";
    public static final int CONTEXT = 2_000;
    /** Why one that is broken can't be loaded. */
    public static final String BROKEN = "the file is broken";

    private final AtomicInteger running = new AtomicInteger();
    private final BlockingQueue<Run> runs = new LinkedBlockingQueue<>();
    private final BlockingQueue<ChatPrompt> prepared = new LinkedBlockingQueue<>();
    private volatile boolean full;
    private boolean loads = true;

    /** One that can't be loaded. */
    public static ScriptedEngine broken() {
        ScriptedEngine engine = new ScriptedEngine();
        engine.loads = false;
        return engine;
    }

    /** Registers it as what the service loads, before the service's own beans are made. */
    public void register(ConfigurableListableBeanFactory beans) {
        beans.registerSingleton("testModelFiles", new Files());
        beans.registerSingleton("testEngineLoader", (EngineLoader) _ -> load());
    }

    private ScriptedEngine load() {
        if (!loads) {
            throw new ModelLoadException(BROKEN);
        }
        return this;
    }

    private static final class Files implements ModelFiles {
        @Override
        public String id() {
            return MODEL;
        }

        @Override
        public Found fetch(Progress progress) {
            return new Found(MODEL, Path.of("scripted.gguf"), Instant.EPOCH);
        }
    }

    /** The next run that a request started. */
    public Run nextRun() throws InterruptedException {
        Run run = runs.poll(10, TimeUnit.SECONDS);
        if (run == null) {
            throw new AssertionError("no request reached the engine within 10 s");
        }
        return run;
    }

    /** The conversation that a request last came with. */
    public ChatPrompt lastPrompt() {
        List<ChatPrompt> all = new ArrayList<>();
        prepared.drainTo(all);
        return all.getLast();
    }

    /** Whether a run waits to be taken by the test. */
    public boolean untouched() {
        return runs.isEmpty();
    }

    public int running() {
        return running.get();
    }

    public void setFull(boolean full) {
        this.full = full;
    }

    @Override
    public Generation submit(EngineRequest request) {
        if (full) {
            throw new EngineRejectedException(EngineRejectedException.Reason.QUEUE_FULL, "full");
        }
        running.incrementAndGet();
        Run run = new Run(request);
        runs.add(run);
        return run;
    }

    @Override
    public List<Generation> submit(EngineRequest request, int n) {
        return Stream.generate(() -> submit(request)).limit(n).toList();
    }

    @Override
    public List<Generation> fork(Generation parent, List<EngineRequest> continuations) {
        return continuations.stream()
                .map(request -> submit(request.withPrompt(
                        IntStream.concat(IntStream.of(parent.tokens()), IntStream.of(request.prompt()))
                                .toArray())))
                .toList();
    }

    /** A text's length is all that it knows of it: vectors are (1, 0) and (0, 1) in turn. */
    @Override
    public List<float[]> embed(List<int[]> texts, Pooling pooling, Scheduling scheduling) {
        if (full) {
            throw new EngineRejectedException(EngineRejectedException.Reason.QUEUE_FULL, "full");
        }
        return texts.stream()
                .map(text -> text.length % 2 == 0 ? new float[] {1, 0} : new float[] {0, 1})
                .toList();
    }

    /** One generation, driven by the test. */
    public final class Run implements Generation {
        private final EngineRequest request;
        private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(10_000);
        private final AtomicInteger outputTokens = new AtomicInteger();
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable Finish finish;

        private Run(EngineRequest request) {
            this.request = request;
        }

        public EngineRequest request() {
            return request;
        }

        /** Speaks, one token a call. */
        public Run say(String text) {
            outputTokens.incrementAndGet();
            chunks.add(new Chunk(List.of(1), text, List.of()));
            return this;
        }

        /** Thinks, one token a call. */
        public Run think(String text) {
            return say(ScriptedParser.THINK + text);
        }

        /** Begins a call and leaves it there. */
        public Run beginCall(String name) {
            return say(ScriptedParser.CALL + name);
        }

        /** Calls a tool, one token for each part of the arguments and one to begin and to end. */
        public Run call(String name, String... arguments) {
            beginCall(name);
            for (String part : arguments) {
                say(ScriptedParser.ARGUMENTS + part);
            }
            return say(ScriptedParser.END);
        }

        /** Speaks one token, with its log probabilities: its own and those of alternatives. */
        public Run sayWithLogprob(String character, double logprob, Alternative... others) {
            outputTokens.incrementAndGet();
            int token = character.codePointAt(0);
            chunks.add(
                    new Chunk(List.of(token), character, List.of(new TokenLogprob(token, logprob, List.of(others)))));
            return this;
        }

        public void end(Finish how) {
            synchronized (this) {
                if (finish != null) {
                    return;
                }
                finish = how;
            }
            running.decrementAndGet();
            ended.countDown();
        }

        /** Waits until somebody ended it; false if nobody did in time. */
        public boolean awaitEnd(Duration max) throws InterruptedException {
            return ended.await(max.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public @Nullable Chunk next(Duration timeout) throws InterruptedException {
            long deadline = System.nanoTime() + timeout.toNanos();
            do {
                Chunk chunk = chunks.poll(Math.min(5, Math.max(0, timeout.toMillis())), TimeUnit.MILLISECONDS);
                if (chunk != null || finish != null) {
                    return chunk;
                }
            } while (System.nanoTime() < deadline);
            return null;
        }

        @Override
        public @Nullable Finish finish() {
            return chunks.isEmpty() ? finish : null;
        }

        @Override
        public @Nullable String stopSequence() {
            return finish == Finish.STOP_SEQUENCE ? request.stopSequences().getFirst() : null;
        }

        @Override
        public Usage usage() {
            return new Usage(request.prompt().length, 0, outputTokens.get());
        }

        @Override
        public Timing timing() {
            return new Timing(Duration.ZERO, Duration.ZERO, Duration.ZERO);
        }

        @Override
        public int[] tokens() {
            return request.prompt();
        }

        @Override
        public void cancel() {
            chunks.clear();
            end(Finish.CANCELLED);
        }
    }

    @Override
    public boolean joinsTurns() {
        return false;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo(
                "scripted", "none", "F32", 1, 1, CONTEXT, CONTEXT, 1, 2, Pooling.MEAN, true, false, "none");
    }

    @Override
    public int[] encode(String text, boolean special) {
        return text.chars().toArray();
    }

    @Override
    public PreparedChat prepareChat(ChatPrompt chat) {
        prepared.add(chat);
        return new PreparedChat(encodeChat(chat.messages()), OutputControl.NONE, ScriptedParser::new);
    }

    @Override
    public int[] encodeDocument(String text) {
        return encode(text, false);
    }

    @Override
    public byte[] tokenBytes(int token) {
        return Character.toString(token).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        return messages.stream()
                .flatMapToInt(message -> message.content().chars())
                .toArray();
    }

    @Override
    public String decode(int[] tokens) {
        return new String(tokens, 0, tokens.length);
    }

    @Override
    public EngineMetrics metrics() {
        return new EngineMetrics(
                running.get(), 0, 0, 0, 0, 0, List.of(), 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0);
    }

    @Override
    public boolean healthy(Duration bound) {
        return true;
    }

    @Override
    public void close() {
        runs.forEach(Run::cancel);
    }
}
