package dev.stoa.batch;

import dev.stoa.batch.BatchProtocol.Answer;
import dev.stoa.batch.BatchProtocol.Request;
import dev.stoa.batch.ItemRepository.Claimed;
import dev.stoa.batch.ItemRepository.End;
import dev.stoa.identity.Identity;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Answers items, and decides of each that failed whether it waits or ends. Thread-safe. */
@Component
final class BatchItems {
    private static final Duration DATABASE_RETRY = Duration.ofMillis(500);
    private static final Logger log = LoggerFactory.getLogger(BatchItems.class);

    private final BatchRepository batches;
    private final ItemRepository items;
    private final Map<String, BatchProtocol> protocols;
    private final Identity identity;
    private final BatchLimits limits;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Ids ids;

    BatchItems(
            BatchRepository batches,
            ItemRepository items,
            List<BatchProtocol> protocols,
            Identity identity,
            BatchLimits limits,
            TransactionTemplate transaction,
            Clock clock,
            Ids ids) {
        this.batches = batches;
        this.items = items;
        this.protocols = protocols.stream().collect(Collectors.toMap(BatchProtocol::name, Function.identity()));
        this.identity = identity;
        this.limits = limits;
        this.transaction = transaction;
        this.clock = clock;
        this.ids = ids;
    }

    BatchProtocol protocol(String name) {
        BatchProtocol protocol = protocols.get(name);
        if (protocol == null) {
            throw new IllegalStateException("there is no surface for the protocol " + name);
        }
        return protocol;
    }

    /**
     * Runs an item to its end, or lets it wait.
     *
     * @param stopping tells that this server stops; an item that runs then waits for another
     */
    void run(Claimed item, UUID server, BooleanSupplier stopping) {
        String requestId = ids.request();
        try (MDC.MDCCloseable _ = MDC.putCloseable("request_id", requestId)) {
            try {
                if (!identity.active(item.caller())) {
                    endAll(item, server, requestId, stopping);
                    return;
                }
                Answer answer = protocol(item.protocol())
                        .answer(new Request(
                                requestId, item.caller(), item.endpoint(), item.version(), item.body(), stopping));
                end(item, server, new End(ItemState.SUCCEEDED, requestId, answer.status(), answer.body()), stopping);
            } catch (StoaException e) {
                if (e.kind() == ErrorKind.INTERNAL) {
                    log.error("An item of batch {} failed", item.batch(), e);
                }
                failed(item, server, requestId, e, stopping);
            } catch (DataAccessException | TransactionException e) {
                failed(item, server, requestId, new StoaException(ErrorKind.OVERLOADED, "no database"), stopping);
            } catch (RuntimeException | Error e) {
                log.error("An item of batch {} failed", item.batch(), e);
                StoaException told =
                        new StoaException(ErrorKind.INTERNAL, "The server failed on this request.", null, e);
                failed(item, server, requestId, told, stopping);
            } catch (InterruptedException _) {
                release(item, server, item.faults(), stopping);
            }
        }
    }

    private void failed(Claimed item, UUID server, String requestId, StoaException e, BooleanSupplier stopping) {
        switch (e.kind()) {
            case OVERLOADED -> {
                if (stopping.getAsBoolean()) {
                    release(item, server, item.faults(), stopping);
                } else {
                    postpone(item, server, retry(e), stopping);
                }
            }
            case RATE_LIMITED, BILLING -> {
                Instant until = retry(e);
                // Where nothing says when, it never fits.
                if (e.retryAfter() != null && until.isBefore(item.expiresAt())) {
                    postpone(item, server, until, stopping);
                } else {
                    errored(item, server, requestId, e, stopping);
                }
            }
            // Behind all others, an item may be out of time without being at fault.
            case INTERNAL, TIMEOUT -> {
                if (item.faults() + 1 < limits.faults()) {
                    release(item, server, item.faults() + 1, stopping);
                } else {
                    errored(item, server, requestId, e, stopping);
                }
            }
            default -> errored(item, server, requestId, e, stopping);
        }
    }

    private Instant retry(StoaException e) {
        Duration wait = e.retryAfter();
        return clock.instant().plus(wait == null ? limits.limitWait() : wait);
    }

    private void release(Claimed item, UUID server, int faults, BooleanSupplier stopping) {
        persist(() -> items.release(item, server, faults), stopping);
    }

    private void postpone(Claimed item, UUID server, Instant until, BooleanSupplier stopping) {
        persist(
                () -> {
                    batches.postpone(item.batch(), until);
                    items.release(item, server, item.faults());
                },
                stopping);
    }

    private void errored(Claimed item, UUID server, String requestId, StoaException e, BooleanSupplier stopping) {
        Answer told = protocol(item.protocol()).error(e, requestId);
        end(item, server, new End(ItemState.ERRORED, requestId, told.status(), told.body()), stopping);
    }

    /** Nothing of this batch may run any more. */
    private void endAll(Claimed item, UUID server, String requestId, BooleanSupplier stopping) {
        StoaException why = new StoaException(
                ErrorKind.AUTHENTICATION, "The key that made this batch, or its workspace, is no longer good.");
        Answer told = protocol(item.protocol()).error(why, requestId);
        End end = new End(ItemState.ERRORED, requestId, told.status(), told.body());
        end(item, server, end, stopping);
        Runnable rest = () -> transaction.executeWithoutResult(_ -> batches.lock(item.batch())
                .filter(batch -> batch.state() == BatchState.IN_PROGRESS)
                .ifPresent(batch -> batches.count(batch.id(), end.state(), items.endWaiting(batch.id(), end))));
        persist(rest, stopping);
    }

    private void end(Claimed item, UUID server, End end, BooleanSupplier stopping) {
        Runnable both = () -> transaction.executeWithoutResult(_ -> {
            // Always the batch first, then its items: two orders could wait for each other.
            if (batches.lock(item.batch()).isPresent() && items.end(item, server, end)) {
                batches.count(item.batch(), end.state(), 1);
            }
        });
        persist(both, stopping);
    }

    /**
     * Until the database takes it, as what was computed is not thrown away for an outage, or the server stops: then the
     * item is found by its silence.
     */
    private static void persist(Runnable write, BooleanSupplier stopping) {
        while (true) {
            try {
                write.run();
                return;
            } catch (DataAccessException | TransactionException e) {
                log.warn("The end of an item waits for the database: {}", e.getMessage());
                if (stopping.getAsBoolean()) {
                    return;
                }
                LockSupport.parkNanos(DATABASE_RETRY.toNanos());
            }
        }
    }
}
