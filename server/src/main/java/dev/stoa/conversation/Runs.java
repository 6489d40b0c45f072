package dev.stoa.conversation;

import dev.stoa.conversation.Message.Problem;
import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/**
 * The runs of this server: starts them, finds them, keeps them alive in the database's eyes, and ends them at shutdown.
 *
 * <p>A run is registered from before its thread starts until its last state is stored. At shutdown, in the same phase in
 * which generations drain and before the web server does, no new one is taken, running ones may finish within the grace period, the rest become
 * INTERRUPTED with their text.
 */
@Service
public class Runs implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

    private final RunRepository repository;
    private final MessageRepository messages;
    private final Generations generations;
    private final PromptBuilder prompts;
    private final Duration grace;
    private final boolean alone;
    private final UUID serverId = UUID.randomUUID();
    private final Map<UUID, Run> live = new ConcurrentHashMap<>();
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("run-keeper").factory());
    private volatile boolean running;
    private volatile boolean draining;

    Runs(
            RunRepository repository,
            MessageRepository messages,
            Generations generations,
            PromptBuilder prompts,
            Limits limits,
            @Value("${stoa.database:}") String externalDatabase) {
        this.repository = repository;
        this.messages = messages;
        this.generations = generations;
        this.prompts = prompts;
        this.grace = limits.drain();
        this.alone = externalDatabase.isBlank();
    }

    /** Who owns the rows that this server's runs write. */
    UUID serverId() {
        return serverId;
    }

    /** @throws StoaException OVERLOADED while the server shuts down: ask before a run's row is stored */
    void requireAccepting() {
        if (draining) {
            throw new StoaException(ErrorKind.OVERLOADED, "The server is shutting down. Try again in a moment.");
        }
    }

    /** Starts writing an answer whose row is stored already. */
    void start(Caller caller, Message answer, UUID question, String model, String requestId) {
        Run run = new Run(answer.id());
        live.put(answer.id(), run);
        if (draining) {
            run.requestEnd(Run.Cause.SHUTDOWN);
        }
        Supplier<GenerationRequest> prompt = () -> prompts.build(requestId, model, question);
        RunTask task = new RunTask(run, caller, prompt, generations, new RowWriter(repository, run, serverId));
        Thread.ofVirtual().name("run-" + answer.id()).start(() -> write(run, answer, task));
    }

    Optional<Run> find(UUID messageId) {
        return Optional.ofNullable(live.get(messageId));
    }

    private void write(Run run, Message answer, RunTask task) {
        Ending ending = new Ending(MessageState.FAILED, "", Problem.INTERNAL, TokenUsage.NONE);
        try {
            ending = task.call();
        } finally {
            // Also after an Error: subscribers and the row must not wait for ever.
            store(run, answer, ending);
            live.remove(run.messageId());
        }
    }

    /** The one terminal write. Tried again while the database is away; then the row is left to a later reaper. */
    private void store(Run run, Message answer, Ending ending) {
        Duration wait = ConversationLimits.FLUSH_INTERVAL;
        for (int attempt = 1; attempt <= ConversationLimits.END_TRIES; attempt++) {
            try {
                if (repository.end(run.messageId(), serverId, ending)) {
                    run.end(answer.ended(ending));
                } else {
                    // Reaped, deleted, or stored by a try of which the answer was lost: what the row says holds.
                    run.end(messages.find(run.messageId()).orElse(null));
                }
                return;
            } catch (DataAccessException | TransactionException e) {
                LOG.warn(
                        "Could not store the end of message {} (try {}): {}", run.messageId(), attempt, e.getMessage());
                if (!pause(wait)) {
                    break;
                }
                wait = wait.multipliedBy(2);
            }
        }
        run.end(answer.ended(new Ending(MessageState.INTERRUPTED, ending.text(), null, ending.usage())));
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

    /** One look around: says that this server's runs live, hears stops from elsewhere, ends what dead servers left. */
    void keep() {
        try {
            if (!live.isEmpty()) {
                for (UUID id : repository.heartbeat(serverId, live.keySet())) {
                    find(id).ifPresent(run -> run.requestEnd(Run.Cause.STOP));
                }
            }
            int reaped = repository.reap();
            if (reaped > 0) {
                LOG.info("Ended {} answers whose server is gone", reaped);
            }
        } catch (DataAccessException | TransactionException e) {
            // The next look tries again; runs go on meanwhile.
            LOG.warn("Could not look after runs: {}", e.getMessage());
        }
    }

    /** The embedded database serves one process at a time: what another life of it left has no owner now. */
    private void recover() {
        int ended = repository.reapOthers(serverId);
        if (ended > 0) {
            LOG.info("Ended {} answers that the last stop cut off; their text so far is kept", ended);
        }
    }

    @Override
    public void start() {
        running = true;
        if (alone) {
            recover();
        }
        long interval = ConversationLimits.HEARTBEAT_INTERVAL.toMillis();
        keeper.scheduleWithFixedDelay(this::keep, 0, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        draining = true;
        try {
            if (!awaitAll(grace)) {
                LOG.info("Interrupting {} answers that are still being written", live.size());
                live.values().forEach(run -> run.requestEnd(Run.Cause.SHUTDOWN));
                awaitAll(ConversationLimits.INTERRUPT_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            keeper.shutdownNow();
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
