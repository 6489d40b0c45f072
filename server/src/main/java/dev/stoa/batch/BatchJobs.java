package dev.stoa.batch;

import dev.stoa.batch.BatchProtocol.BatchFiles;
import dev.stoa.batch.ItemRepository.End;
import dev.stoa.file.BlobStore;
import dev.stoa.file.Files;
import dev.stoa.file.NewFile;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What happens to batches as wholes: their input is read, those that are due are settled, their results written. Each
 * change of state is one transaction that holds the batch; what was done halfway is done anew. Thread-safe.
 */
@Component
final class BatchJobs {
    private static final Logger log = LoggerFactory.getLogger(BatchJobs.class);
    private static final String OUTPUT_PURPOSE = "batch_output";
    private static final String OUTPUT_TYPE = "application/jsonl";

    private final BatchRepository batches;
    private final ItemRepository items;
    private final BatchItems protocols;
    private final Files files;
    private final BatchLimits limits;
    private final TransactionTemplate transaction;
    private final Clock clock;

    BatchJobs(
            BatchRepository batches,
            ItemRepository items,
            BatchItems protocols,
            Files files,
            BatchLimits limits,
            TransactionTemplate transaction,
            Clock clock) {
        this.batches = batches;
        this.items = items;
        this.protocols = protocols;
        this.files = files;
        this.limits = limits;
        this.transaction = transaction;
        this.clock = clock;
    }

    Intake intake(Batch batch, UUID server, Runnable begun) {
        long used = batches.organizationBytes(batch.caller().organizationId());
        long room = limits.organizationSize().toBytes() - used;
        return new Intake(batches, items, transaction, limits, clock, batch.id(), server, room, begun);
    }

    /** Ends what shall not begin any more, and moves on the batches of which nothing is open. */
    void settleDue() {
        Instant now = clock.instant();
        for (UUID id : batches.due(now)) {
            transaction.executeWithoutResult(_ -> batches.lock(id).ifPresent(batch -> settle(batch, now)));
        }
    }

    /** Removes results that were kept long enough. */
    void archive() {
        Instant now = clock.instant();
        transaction.executeWithoutResult(
                _ -> batches.archive(now.minus(limits.kept()), now).forEach(items::deleteAll));
    }

    private void settle(Batch batch, Instant now) {
        boolean canceled = batch.state() == BatchState.CANCELLING;
        if (batch.state() != BatchState.IN_PROGRESS && !canceled) {
            return;
        }
        int open = batch.counts().open();
        if (open > 0 && (canceled || !batch.expiresAt().isAfter(now))) {
            ItemState end = canceled ? ItemState.CANCELED : ItemState.EXPIRED;
            int ended = items.endWaiting(batch.id(), End.unrun(end));
            batches.count(batch.id(), end, ended);
            open -= ended;
        }
        if (open == 0) {
            batches.move(batch, BatchState.FINALIZING, now);
        }
    }

    /** Prepares or finishes a batch that this server has taken. */
    void run(Batch batch, UUID server, Runnable begun) {
        try {
            if (batch.state() == BatchState.VALIDATING) {
                validate(batch, server, begun);
            } else {
                finish(batch, server);
            }
        } catch (IOException | UncheckedIOException | DataAccessException | TransactionException | StoaException e) {
            log.warn("Batch {} could not be taken further; tried again soon: {}", batch.id(), e.toString());
            release(batch, server);
        } catch (RuntimeException | Error e) {
            log.error("Batch {} could not be taken further; tried again soon", batch.id(), e);
            release(batch, server);
        }
    }

    /** Lets others come first. */
    private void release(Batch batch, UUID server) {
        batches.releaseJob(batch.id(), server, clock.instant().plus(limits.limitWait()));
    }

    private void validate(Batch batch, UUID server, Runnable begun) throws IOException {
        BatchFiles form = protocols.protocol(batch.protocol()).files().orElseThrow();
        boolean mine = Boolean.TRUE.equals(transaction.execute(_ -> {
            boolean held = batches.lock(batch.id(), server).isPresent();
            if (held) {
                // An earlier try may have been cut off.
                items.empty(batch.id());
            }
            return held;
        }));
        if (!mine) {
            return;
        }
        Intake intake = intake(batch, server, begun);
        try (InputStream input = input(batch)) {
            form.read(input, batch.endpoint(), intake);
            intake.finish();
        } catch (BadInputException e) {
            fail(batch, server, form.problems(e));
        } catch (DataIntegrityViolationException e) {
            log.warn("The input of batch {} can't be stored: {}", batch.id(), e.getMessage());
            fail(batch, server, form.problems(new BadInputException("invalid_input", "holds what can't be stored", 0)));
        } catch (StoaException e) {
            if (e.kind() != ErrorKind.PERMISSION && e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
            fail(batch, server, form.problems(new BadInputException("invalid_input", e.getMessage() + "", 0)));
        }
    }

    private InputStream input(Batch batch) throws IOException {
        UUID file = batch.inputFile();
        if (file == null) {
            throw new IllegalStateException("a batch that is validated here has an input file");
        }
        return files.open(files.get(batch.caller(), file));
    }

    private void fail(Batch batch, UUID server, String problems) {
        transaction.executeWithoutResult(_ -> batches.lock(batch.id(), server).ifPresent(now -> {
            items.empty(batch.id());
            batches.setProblems(batch.id(), problems);
            batches.move(now, BatchState.FAILED, clock.instant());
        }));
    }

    private void finish(Batch batch, UUID server) throws IOException {
        BatchFiles form = protocols.protocol(batch.protocol()).files().orElse(null);
        if (form == null) {
            transaction.executeWithoutResult(
                    _ -> batches.lock(batch.id(), server).ifPresent(this::moveToEnd));
            return;
        }
        try (BlobStore.Staged output = staged(batch, form, ItemState.SUCCEEDED::equals);
                BlobStore.Staged errors = staged(batch, form, state -> state != ItemState.SUCCEEDED)) {
            transaction.executeWithoutResult(_ -> batches.lock(batch.id(), server)
                    .ifPresent(now -> {
                        UUID outputFile = keep(now, output, "output");
                        UUID errorFile = keep(now, errors, "error");
                        batches.setFiles(now.id(), outputFile, errorFile);
                        moveToEnd(now);
                        // The files are the results now.
                        items.deleteAll(now.id());
                    }));
        }
    }

    private BlobStore.Staged staged(Batch batch, BatchFiles form, Predicate<ItemState> which) throws IOException {
        try (InputStream lines =
                new ResultLines(from -> items.results(batch.id(), from, ResultLines.PAGE), which, form::line)) {
            return files.write(lines);
        }
    }

    /** Null where there is nothing to keep. */
    private @Nullable UUID keep(Batch batch, BlobStore.Staged content, String what) {
        if (content.bytes() == 0) {
            return null;
        }
        String name = "batch_" + batch.id().toString().replace("-", "") + "_" + what + ".jsonl";
        return files.keep(
                        batch.caller(), content, new NewFile(name, OUTPUT_TYPE, OUTPUT_PURPOSE, batch.outputLifetime()))
                .id();
    }

    private void moveToEnd(Batch batch) {
        BatchState end = batch.cancelingAt() != null
                ? BatchState.CANCELLED
                : batch.counts().expired() > 0 ? BatchState.EXPIRED : BatchState.COMPLETED;
        batches.move(batch, end, clock.instant());
    }
}
