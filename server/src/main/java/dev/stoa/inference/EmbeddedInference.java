package dev.stoa.inference;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.ModelLoadException;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * One model in this process. It is fetched and loaded on a thread of its own while the server already answers; until it
 * is ready a request is refused as overloaded, with how far the load is. A load that fails leaves the server up and says
 * why. All that may change stands in one immutable {@link State}, replaced as a whole. Thread-safe.
 */
final class EmbeddedInference implements Worker, SmartLifecycle {
    /** Names the default model whatever it is, so that a client's settings outlive a change of model. */
    static final String DEFAULT_ALIAS = "stoa-latest";
    /** Loading takes seconds, a download minutes: a client that waits this long is told the new state. */
    private static final Duration LOADING_RETRY = Duration.ofSeconds(5);
    /** An operator has to look, and start the server again. */
    private static final Duration FAILED_RETRY = Duration.ofMinutes(1);
    /** Stopped after the web server (which is last to start and first to stop), so that streams end before it. */
    private static final int PHASE = 1000;

    private static final Logger log = LoggerFactory.getLogger(EmbeddedInference.class);

    /** Of the file; empty until it is known. */
    private volatile String revision = "";

    private record State(
            ModelStatus status, Instant createdAt, @Nullable EmbeddedWorker worker) {}

    private final ModelFiles files;
    private final EngineLoader loader;
    private final WorkerMeters meters;
    private final AtomicReference<State> state;
    /** One object for its whole life: the meters hold it weakly. */
    private final Supplier<EngineMetrics> engineMetrics = this::metricsNow;

    private @Nullable Thread loading;

    EmbeddedInference(ModelFiles files, EngineLoader loader, WorkerMeters meters, Clock clock) {
        this.files = files;
        this.loader = loader;
        this.meters = meters;
        this.state = new AtomicReference<>(new State(
                new ModelStatus(files.id(), ModelStatus.Phase.DOWNLOADING, 0, 0, null), clock.instant(), null));
    }

    @Override
    public synchronized void start() {
        if (loading == null) {
            loading = Thread.ofPlatform().name("stoa-model-loader").daemon().start(this::load);
        }
    }

    @SuppressWarnings("InterruptedExceptionSwallowed") // the thread ends here; nobody else reads its flag
    private void load() {
        try {
            ModelFiles.Found found = files.fetch((done, total) ->
                    become(new ModelStatus(files.id(), ModelStatus.Phase.DOWNLOADING, done, total, null), null, null));
            become(status(found.id(), ModelStatus.Phase.LOADING, null), found.addedAt(), null);
            revision = String.valueOf(found.file().getFileName());
            Engine engine = loader.load(found.file());
            EmbeddedWorker worker = new EmbeddedWorker(engine, meters.requests(found.id()));
            if (!become(status(found.id(), ModelStatus.Phase.READY, null), null, worker)) {
                worker.close();
                return;
            }
            meters.bind(found.id(), engineMetrics);
            log.info("Model {} is ready: {}", found.id(), engine.info());
        } catch (InterruptedException _) {
            log.info("Loading of the model was stopped");
        } catch (ModelLoadException e) {
            failed(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            // Whatever happens on this thread must be seen by those who wait for the model; a memory shortage too.
            failed("unexpected fault while loading (" + e.getClass().getSimpleName() + "); see the server's log", e);
        }
    }

    private void failed(@Nullable String problem, Throwable cause) {
        log.error("The model can't be served: {}", problem, cause);
        become(status(state.get().status().model(), ModelStatus.Phase.FAILED, problem), null, null);
    }

    private static ModelStatus status(String model, ModelStatus.Phase phase, @Nullable String problem) {
        return new ModelStatus(model, phase, 0, 0, problem);
    }

    /** Moves on if the table of phases allows it; false if not, as after {@link #stop}. */
    private boolean become(ModelStatus next, @Nullable Instant createdAt, @Nullable EmbeddedWorker worker) {
        while (true) {
            State current = state.get();
            if (!current.status().phase().mayBecome(next.phase())) {
                return false;
            }
            Instant created = createdAt == null ? current.createdAt() : createdAt;
            if (state.compareAndSet(current, new State(next, created, worker))) {
                return true;
            }
        }
    }

    private EngineMetrics metricsNow() {
        EmbeddedWorker worker = state.get().worker();
        return worker == null ? WorkerMeters.nothing() : worker.metrics();
    }

    @Override
    public List<Model> models() {
        return List.of(model(state.get()));
    }

    private static Model model(State now) {
        String id = now.status().model();
        int colon = id.indexOf(':');
        String plain = colon < 0 ? id : id.substring(0, colon);
        List<String> aliases = colon < 0 ? List.of(DEFAULT_ALIAS) : List.of(plain, DEFAULT_ALIAS);
        EmbeddedWorker worker = now.worker();
        int context = worker == null ? 0 : worker.contextLength();
        return new Model(id, aliases, plain, now.createdAt(), context, worker != null);
    }

    @Override
    public boolean joinsTurns(String model) {
        EmbeddedWorker worker = state.get().worker();
        return worker == null || worker.joinsTurns();
    }

    @Override
    public boolean knowsTools(String model) {
        EmbeddedWorker worker = state.get().worker();
        return worker != null && worker.knowsTools();
    }

    /** The store names files by their contents. */
    @Override
    public String revision(String model) {
        return revision;
    }

    @Override
    public int countTokens(GenerationRequest request) {
        return worker(state.get()).countTokens(request);
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        return worker(state.get()).start(request);
    }

    /** As {@link Workers#vectors()}. */
    Optional<VectorModel> vectors() {
        State now = state.get();
        return Optional.ofNullable(now.worker()).map(worker -> worker.vectors(model(now)));
    }

    /** As {@link Workers#vectors(String)}. */
    Optional<VectorModel> vectors(String nameOrAlias) {
        State now = state.get();
        Model model = model(now);
        return model.isNamed(nameOrAlias) ? Optional.of(worker(now).vectors(model)) : Optional.empty();
    }

    private static EmbeddedWorker worker(State now) {
        EmbeddedWorker worker = now.worker();
        if (worker != null) {
            return worker;
        }
        boolean failed = now.status().phase() == ModelStatus.Phase.FAILED;
        throw failed
                ? new StoaException(ErrorKind.UNAVAILABLE, now.status().sentence(), FAILED_RETRY, null)
                : new StoaException(ErrorKind.OVERLOADED, now.status().sentence(), LOADING_RETRY, null);
    }

    /** How far the model is. */
    ModelStatus status() {
        return state.get().status();
    }

    /** As {@link Inference#healthy}. */
    boolean healthy(Duration bound) {
        EmbeddedWorker worker = state.get().worker();
        return worker == null || worker.healthy(bound);
    }

    @Override
    public synchronized void stop() {
        EmbeddedWorker worker = state.get().worker();
        become(status(state.get().status().model(), ModelStatus.Phase.CLOSED, null), null, null);
        if (worker != null) {
            worker.close();
        }
        if (loading != null) {
            loading.interrupt();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return loading != null && state.get().status().phase() != ModelStatus.Phase.CLOSED;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
