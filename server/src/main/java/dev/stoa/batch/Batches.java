package dev.stoa.batch;

import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The batches of the caller's workspace; nothing of another one is ever found. Thread-safe. */
@Service
public class Batches {
    private static final int RESULTS_PAGE = 200;

    private final BatchRepository repository;
    private final ItemRepository items;
    private final BatchRunner runner;
    private final BatchLimits limits;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Uuid7 ids;

    Batches(
            BatchRepository repository,
            ItemRepository items,
            BatchRunner runner,
            BatchLimits limits,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.items = items;
        this.runner = runner;
        this.limits = limits;
        this.transaction = transaction;
        this.clock = clock;
        this.ids = new Uuid7(clock, random);
    }

    /**
     * Makes a batch whose items lie in a file; they are read soon.
     *
     * @throws StoaException RATE_LIMITED if too many are open
     */
    public Batch create(Caller caller, NewBatch described) {
        Batch batch = insert(caller, described, null);
        runner.wake();
        return batch;
    }

    /**
     * Makes a batch whose items come now. Nobody sees it before {@link Intake#finish}.
     *
     * @throws StoaException RATE_LIMITED if too many are open
     */
    public Intake receive(Caller caller, NewBatch described) {
        Batch batch = insert(caller, described, runner.serverId());
        return runner.intake(batch);
    }

    private Batch insert(Caller caller, NewBatch described, @Nullable UUID server) {
        // As PostgreSQL keeps it, so that it reads the same now and later.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Batch batch = new Batch(
                ids.next(),
                caller,
                described.protocol(),
                described.endpoint(),
                described.version(),
                BatchState.VALIDATING,
                described.inputFile(),
                null,
                null,
                described.outputLifetime(),
                described.metadata(),
                null,
                new Batch.Counts(0, 0, 0, 0, 0),
                now,
                now.plus(limits.lifetime()),
                null,
                null,
                null,
                null,
                null);
        transaction.executeWithoutResult(_ -> {
            repository.lockWorkspace(caller.workspaceId());
            if (repository.open(caller.workspaceId()) >= limits.open()) {
                throw new StoaException(
                        ErrorKind.RATE_LIMITED,
                        "The workspace has " + limits.open() + " batches that have not ended, as many as it may.");
            }
            repository.insert(batch, server);
        });
        return batch;
    }

    /** @throws StoaException NOT_FOUND */
    public Batch get(Caller caller, String protocol, UUID id) {
        return repository
                .find(caller, protocol, id)
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such batch."));
    }

    /** The newest first; the cursors are those of {@link BatchRepository#list}. */
    public BatchPage list(Caller caller, String protocol, @Nullable UUID after, @Nullable UUID before, int limit) {
        List<Batch> found = repository.list(caller, protocol, after, before, limit);
        boolean more = found.size() > limit;
        List<Batch> page = more ? found.subList(0, limit) : found;
        return new BatchPage(before == null ? page : page.reversed(), more);
    }

    /**
     * Asks for the end of a batch; no harm where it was asked before.
     *
     * @throws StoaException NOT_FOUND; INVALID_REQUEST if it has ended
     */
    public Batch cancel(Caller caller, String protocol, UUID id) {
        get(caller, protocol, id);
        Batch canceled = transaction.execute(_ -> {
            Batch now = repository
                    .lock(id)
                    .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such batch."));
            if (now.state().ended() || (now.state() == BatchState.FINALIZING && now.cancelingAt() == null)) {
                throw new StoaException(ErrorKind.INVALID_REQUEST, "The batch has ended; it can't be canceled.");
            }
            if (now.state().allows(BatchState.CANCELLING)) {
                repository.move(now, BatchState.CANCELLING, clock.instant());
            }
            return repository.lock(id).orElseThrow();
        });
        runner.wake();
        return canceled;
    }

    /**
     * Removes a batch with its results.
     *
     * @throws StoaException NOT_FOUND; INVALID_REQUEST if it has not ended
     */
    public void delete(Caller caller, String protocol, UUID id) {
        if (!get(caller, protocol, id).state().ended()) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The batch has not ended; cancel it first, and delete it when it has.");
        }
        repository.delete(id);
    }

    /** Results from the {@code from}th item on, a part at a time; empty behind the last. */
    public List<ItemResult> results(Batch batch, int from) {
        return items.results(batch.id(), from, RESULTS_PAGE);
    }
}
