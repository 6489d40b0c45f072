package dev.stoa.embedding;

import dev.stoa.admission.Admission;
import dev.stoa.admission.Permit;
import dev.stoa.admission.Spending;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Refusal;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenUsage;
import dev.stoa.safety.SafetyGate;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import dev.stoa.usage.Operation;
import dev.stoa.usage.UsageEvent;
import dev.stoa.usage.UsageRecorder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The stations of a request for vectors, in their order. Thread-safe. */
final class EmbeddingService implements Embeddings, AutoCloseable {
    private final Admission admission;
    private final SafetyGate gate;
    private final UsageRecorder recorder;
    private final Limits limits;
    private final Clock clock;
    private final EmbeddingModels models;

    EmbeddingService(
            Admission admission,
            SafetyGate gate,
            UsageRecorder recorder,
            Limits limits,
            Clock clock,
            EmbeddingModels models) {
        this.admission = admission;
        this.gate = gate;
        this.recorder = recorder;
        this.limits = limits;
        this.clock = clock;
        this.models = models;
    }

    @Override
    public List<EmbeddingModelInfo> models() {
        return models.infos();
    }

    /** What a request came to; filled in on its way. */
    private static final class Course {
        private String model = UsageEvent.UNKNOWN_MODEL;
        private int tokens;
        private boolean refused;
        private Outcome outcome = Outcome.FAILED;
        private @Nullable Duration accepted;
    }

    @Override
    public @Nullable Embedded embed(Caller caller, Request request, BooleanSupplier gone) throws InterruptedException {
        Course course = new Course();
        Instant at = clock.instant();
        long startNanos = System.nanoTime();
        try (Permit permit = admission.enter(caller)) {
            Embedded embedded = run(caller, request, gone, course, startNanos, permit);
            permit.settle(new Spending(course.tokens, 0, 0));
            course.outcome = embedded == null ? Outcome.CANCELLED : Outcome.COMPLETED;
            return embedded;
        } catch (StoaException e) {
            course.outcome = course.refused ? Outcome.REFUSED : Outcome.of(e.kind());
            throw e;
        } finally {
            recorder.record(new UsageEvent(
                    request.id(),
                    at,
                    caller,
                    request.surface(),
                    Operation.EMBEDDINGS,
                    course.model,
                    course.model,
                    course.outcome,
                    null,
                    new TokenUsage(course.tokens, 0, 0),
                    Reuse.NONE,
                    0,
                    0,
                    null,
                    course.accepted,
                    null,
                    since(startNanos)));
        }
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private @Nullable Embedded run(
            Caller caller, Request request, BooleanSupplier gone, Course course, long startNanos, Permit permit)
            throws InterruptedException {
        course.model = models.id(request.model());
        Refusal refusal = gate.judge(caller, request.id(), request.texts());
        if (refusal != null) {
            course.refused = true;
            throw new StoaException(
                    ErrorKind.PERMISSION,
                    "This server's policy forbids the input (%s); incident %s."
                            .formatted(refusal.category(), refusal.incident()));
        }
        EmbeddingModels.Ready ready = models.ready(course.model);
        List<long[]> texts = tokenize(ready.model(), request.texts(), gone);
        if (texts == null) {
            return null;
        }
        long tokens = texts.stream().mapToLong(ids -> ids.length).sum();
        permit.reserve(ready.id(), tokens, 0, 0);
        List<CompletableFuture<float[]>> waiting = ready.queue().submit(texts);
        course.accepted = since(startNanos);
        try {
            List<float[]> vectors = await(waiting, gone, startNanos);
            if (vectors == null) {
                return null;
            }
            course.tokens = texts.stream().mapToInt(ids -> ids.length).sum();
            return new Embedded(ready.id(), vectors, course.tokens);
        } finally {
            waiting.forEach(vector -> vector.cancel(false));
        }
    }

    private static @Nullable List<long[]> tokenize(EmbeddingModel model, List<String> texts, BooleanSupplier gone) {
        List<long[]> all = new ArrayList<>(texts.size());
        for (String text : texts) {
            if (gone.getAsBoolean()) {
                return null;
            }
            long[] ids = model.tokens(text);
            if (ids.length > model.tokensMax()) {
                throw StoaException.about(
                        ErrorKind.INVALID_REQUEST,
                        texts.size() == 1 ? "input" : "input[" + all.size() + "]",
                        "is " + ids.length + " tokens long, and the model reads at most " + model.tokensMax());
            }
            all.add(ids);
        }
        return all;
    }

    /** Null if the caller has gone. */
    private @Nullable List<float[]> await(
            List<CompletableFuture<float[]>> waiting, BooleanSupplier gone, long startNanos)
            throws InterruptedException {
        List<float[]> vectors = new ArrayList<>(waiting.size());
        while (vectors.size() < waiting.size()) {
            if (gone.getAsBoolean()) {
                return null;
            }
            if (since(startNanos).compareTo(limits.requestTime()) > 0) {
                throw new StoaException(ErrorKind.TIMEOUT, "The request took longer than this server allows.");
            }
            try {
                vectors.add(waiting.get(vectors.size()).get(limits.clientCheck().toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException _) {
                continue;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof StoaException refusal) {
                    throw refusal;
                }
                throw new StoaException(ErrorKind.INTERNAL, "The embedding model failed on this request.", null, e);
            }
        }
        return vectors;
    }

    @Override
    public void close() {
        models.close();
    }
}
