package dev.stoa.conversation;

import dev.stoa.conversation.Message.Problem;
import dev.stoa.conversation.RunRepository.Taken;
import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Heartbeat;
import dev.stoa.shared.Ids;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/**
 * The runs of this server: starts them, finds them, keeps them alive in the database's eyes, takes up those that dead
 * servers left, and gives its own up at shutdown.
 *
 * <p>A run is registered from before its thread starts until its last state is stored. At shutdown, in the same phase in
 * which generations drain and before the web server does, no new one is taken, running ones may finish within the grace
 * period, the rest is released with all it has in the log: another server, or the next life of this one, goes on.
 */
@Service
public class Runs implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

    private final RunRepository repository;
    private final MessageRepository messages;
    private final Generations generations;
    private final PromptBuilder prompts;
    private final Ids ids;
    private final Duration grace;
    private final boolean alone;
    private final UUID serverId = UUID.randomUUID();
    private final RunLog log;
    private final Map<UUID, Run> live = new ConcurrentHashMap<>();
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("run-keeper").factory());
    private final List<Consumer<Ended>> endListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> looks = new CopyOnWriteArrayList<>();
    private final Heartbeat heartbeat = new Heartbeat(ConversationLimits.HEARTBEAT_STALE, System::nanoTime);
    private volatile boolean running;
    private volatile boolean draining;

    Runs(
            RunRepository repository,
            MessageRepository messages,
            Generations generations,
            PromptBuilder prompts,
            Ids ids,
            Limits limits,
            @Value("${stoa.database:}") String externalDatabase) {
        this.repository = repository;
        this.messages = messages;
        this.generations = generations;
        this.prompts = prompts;
        this.ids = ids;
        this.log = new RunLog(repository, serverId);
        this.grace = limits.drain();
        this.alone = externalDatabase.isBlank();
    }

    /** Who owns the runs that begin on this server. */
    UUID serverId() {
        return serverId;
    }

    /** @throws StoaException OVERLOADED while the server shuts down: ask before a run's row is stored */
    void requireAccepting() {
        if (draining) {
            throw new StoaException(ErrorKind.OVERLOADED, "The server is shutting down. Try again in a moment.");
        }
    }

    /** An answer that has ended as it is stored. @param caller on whose account it was written */
    record Ended(Caller caller, Message answer) {}

    /** Tells of ends, on the runs' threads. */
    void onEnd(Consumer<Ended> listener) {
        endListeners.add(listener);
    }

    /** Does something at every look around. */
    void onLook(Runnable work) {
        looks.add(work);
    }

    boolean draining() {
        return draining;
    }

    /** Starts writing an answer whose row and run are stored already. */
    void start(Caller caller, Message answer, long seed, String requestId) {
        Run run = new Run(answer.id(), 1, RunRepository.Logged.NOTHING);
        launch(
                run,
                caller,
                answer,
                () -> asked(run, prompts.build(run, requestId, caller, modelOf(answer), questionOf(answer), seed)),
                Duration.ZERO);
    }

    private GenerationRequest asked(Run run, GenerationRequest request) {
        if (!repository.keepRequest(run, serverId, RunRequest.encode(request))) {
            run.requestEnd(Run.Cause.LOST);
        }
        return request;
    }

    private void launch(Run run, Caller caller, Message answer, Supplier<GenerationRequest> prompt, Duration patience) {
        Run earlier = live.put(answer.id(), run);
        if (earlier != null) {
            // This server lost the run and took it up again before it heard of the loss.
            earlier.requestEnd(Run.Cause.LOST);
        }
        if (draining) {
            run.requestEnd(Run.Cause.SHUTDOWN);
        }
        RunTask task = new RunTask(run, caller, prompt, generations, log, patience);
        Thread.ofVirtual().name("run-" + answer.id()).start(() -> write(run, caller, answer, task));
    }

    Optional<Run> find(UUID messageId) {
        return Optional.ofNullable(live.get(messageId));
    }

    private void write(Run run, Caller caller, Message answer, RunTask task) {
        Ending ending = new Ending(MessageState.FAILED, "", Steps.NONE, Problem.INTERNAL, TokenUsage.NONE);
        Message last = null;
        try {
            ending = task.call();
        } finally {
            // Also after an Error: subscribers and the row must not wait for ever.
            try {
                if (ending == null) {
                    leave(run);
                } else {
                    last = store(run, answer, ending);
                }
            } finally {
                live.remove(run.messageId(), run);
                run.end(last);
            }
            if (last != null) {
                Ended ended = new Ended(caller, last);
                endListeners.forEach(listener -> listener.accept(ended));
            }
        }
    }

    /** Gives up what is not ended, with all of its text in the log. */
    private void leave(Run run) {
        if (run.cause() == Run.Cause.LOST) {
            return;
        }
        try {
            while (run.toLog() != null && log.flush(List.of(run))) {
                LOG.debug("Logged the rest of {}", run.messageId());
            }
            repository.release(run, serverId);
        } catch (DataAccessException | TransactionException e) {
            LOG.warn(
                    "Could not release the answer {}; it is found by its silence: {}", run.messageId(), e.getMessage());
        }
    }

    /**
     * The one terminal write. Tried again while the database is away; then the run is left to be taken up.
     *
     * @return the message as it is stored; null if that is not known
     */
    private @Nullable Message store(Run run, Message answer, Ending ending) {
        Duration wait = ConversationLimits.FLUSH_INTERVAL;
        for (int attempt = 1; attempt <= ConversationLimits.END_TRIES; attempt++) {
            try {
                if (repository.end(run, serverId, ending)) {
                    return answer.ended(ending);
                }
                // Taken up elsewhere, deleted, or stored by a try of which the answer was lost: what the row says
                // holds.
                return messages.find(run.messageId())
                        .filter(message -> !message.generating())
                        .orElse(null);
            } catch (DataAccessException | TransactionException e) {
                LOG.warn(
                        "Could not store the end of message {} (try {}): {}", run.messageId(), attempt, e.getMessage());
                if (!pause(wait)) {
                    break;
                }
                wait = wait.multipliedBy(2);
            }
        }
        return null;
    }

    private static boolean pause(Duration wait) {
        try {
            Thread.sleep(wait);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** One look around: says that this server's runs live, hears stops from elsewhere, takes up what dead servers left. */
    void keep() {
        try {
            // Also where nothing runs: it tells whether the database is there.
            heartbeat.beat(() -> log.heartbeat(List.copyOf(live.values())));
            takeUp(false);
            looks.forEach(Runnable::run);
        } catch (DataAccessException | TransactionException e) {
            // The next look tries again; runs go on meanwhile.
            LOG.warn("Could not look after runs: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            // A task that throws is not called again, and nobody else says that these runs live.
            LOG.error("Could not look after runs", e);
        }
    }

    /** @return how many there were */
    private int takeUp(boolean all) {
        if (draining) {
            return 0;
        }
        List<Taken> taken = repository.takeUp(serverId, all, heartbeat.steady());
        taken.forEach(this::goOn);
        return taken.size();
    }

    private void goOn(Taken taken) {
        Message answer = messages.find(taken.messageId()).orElse(null);
        if (answer == null) {
            return; // deleted meanwhile
        }
        RunRepository.Logged logged = repository.log(taken.messageId());
        Run run = new Run(answer.id(), taken.epoch(), logged);
        String request = taken.request();
        boolean known = request != null && logged.tokens().length > 0;
        if (taken.epoch() > ConversationLimits.EPOCH_MAX || (!logged.isEmpty() && !known)) {
            LOG.info("The answer {} ends with what its last server logged", answer.id());
            store(
                    run,
                    answer,
                    new Ending(
                            MessageState.INTERRUPTED, logged.text(), new Steps(logged.steps()), null, TokenUsage.NONE));
            return;
        }
        LOG.info(
                "Goes on with the answer {} after {} tokens (epoch {})",
                answer.id(),
                logged.tokens().length,
                taken.epoch());
        String requestId = ids.request();
        Supplier<GenerationRequest> prompt = request == null
                ? () -> asked(
                        run,
                        prompts.build(
                                run, requestId, taken.caller(), modelOf(answer), questionOf(answer), taken.seed()))
                : () -> RunRequest.decode(request, requestId).goingOn(requestId, allButLast(logged.tokens()));
        launch(run, taken.caller(), answer, prompt, ConversationLimits.TAKE_UP_PATIENCE);
    }

    private static String modelOf(Message answer) {
        return Objects.requireNonNull(answer.model());
    }

    private static UUID questionOf(Message answer) {
        return Objects.requireNonNull(answer.parentId());
    }

    /** The last one is drawn again, and so the end that it may have been is met again. */
    private static List<Integer> allButLast(int[] tokens) {
        return Arrays.stream(tokens)
                .limit(Math.max(0, tokens.length - 1))
                .boxed()
                .toList();
    }

    @Override
    public void start() {
        running = true;
        log.start();
        // The embedded database serves one process at a time: what another life of it left has no owner now.
        while (alone && takeUp(true) == ConversationLimits.TAKE_UP_BATCH) {
            LOG.debug("There is more to take up");
        }
        long interval = ConversationLimits.HEARTBEAT_INTERVAL.toMillis();
        keeper.scheduleWithFixedDelay(this::keep, 0, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        draining = true;
        try {
            if (!awaitAll(grace)) {
                LOG.info("Leaving {} answers that are still being written to be gone on with", live.size());
                live.values().forEach(run -> run.requestEnd(Run.Cause.SHUTDOWN));
                awaitAll(ConversationLimits.INTERRUPT_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            keeper.shutdownNow();
            log.stop();
            running = false;
        }
    }

    /** Beside the draining of generations, not before or after it: both wait for the same streams. */
    @Override
    public void stop(Runnable callback) {
        Thread.ofVirtual().name("runs-drain").start(() -> {
            try {
                stop();
            } finally {
                callback.run();
            }
        });
    }

    private boolean awaitAll(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Run run : live.values()) {
            if (!run.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return SmartLifecycle.DEFAULT_PHASE;
    }
}
