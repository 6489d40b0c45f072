package dev.stoa.batch;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes the items of one batch in, some at a time, so that no connection is held while they come; they are nobody's
 * business until {@link #finish}. Closing it before that drops them. One thread.
 */
public final class Intake implements Consumer<NewItem>, AutoCloseable {
    private static final int CHUNK_ITEMS = 500;
    private static final int CHUNK_CHARS = 4 << 20;

    private final BatchRepository batches;
    private final ItemRepository items;
    private final TransactionTemplate transaction;
    private final BatchLimits limits;
    private final Clock clock;
    private final UUID batch;
    private final UUID server;
    private final long roomBytes;
    private final Runnable begun;
    private final Set<String> customIds = new HashSet<>();
    private final List<NewItem> chunk = new ArrayList<>();
    private long chunkChars;
    private long chars;
    private int stored;
    private boolean finished;

    /**
     * @param server this one, which is at work on the batch
     * @param roomBytes what its items may have
     * @param begun told when there is something to run
     */
    Intake(
            BatchRepository batches,
            ItemRepository items,
            TransactionTemplate transaction,
            BatchLimits limits,
            Clock clock,
            UUID batch,
            UUID server,
            long roomBytes,
            Runnable begun) {
        this.batches = batches;
        this.items = items;
        this.transaction = transaction;
        this.limits = limits;
        this.clock = clock;
        this.batch = batch;
        this.server = server;
        this.roomBytes = roomBytes;
        this.begun = begun;
    }

    /**
     * @throws BadInputException if there are too many, or its custom id is there twice or holds half a surrogate pair
     * @throws StoaException PERMISSION if the organization has no room left
     */
    @Override
    public void accept(NewItem item) {
        int number = stored + chunk.size() + 1;
        if (number > limits.items()) {
            throw new BadInputException("too_many_requests", "must hold at most " + limits.items() + " requests", 0);
        }
        // Stored, two of them would be the same.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(item.customId())) {
            throw new BadInputException("invalid_custom_id", "must not contain half a surrogate pair", number);
        }
        if (!customIds.add(item.customId())) {
            throw new BadInputException(
                    "duplicate_custom_id", "“" + item.customId() + "” is the custom_id of an earlier request", number);
        }
        chars += item.body().length();
        if (chars > roomBytes) {
            throw new StoaException(
                    ErrorKind.PERMISSION, "The batches of this organization have no room left; delete some first.");
        }
        chunk.add(item);
        chunkChars += item.body().length();
        if (chunk.size() >= CHUNK_ITEMS || chunkChars >= CHUNK_CHARS) {
            flush();
        }
    }

    private void flush() {
        transaction.executeWithoutResult(_ -> {
            requireMine();
            items.add(batch, stored, chunk);
        });
        stored += chunk.size();
        chunk.clear();
        chunkChars = 0;
    }

    private Batch requireMine() {
        return batches.lock(batch, server)
                .filter(now -> now.state() == BatchState.VALIDATING)
                .orElseThrow(() -> new StoaException(
                        ErrorKind.OVERLOADED, "The batch was given up while its requests came; send it again."));
    }

    /**
     * Begins the batch.
     *
     * @throws BadInputException if it has no items
     */
    public Batch finish() {
        if (stored + chunk.size() == 0) {
            throw new BadInputException("empty_batch", "must hold at least one request", 0);
        }
        if (!chunk.isEmpty()) {
            flush();
        }
        Batch ready = transaction.execute(_ -> {
            batches.move(requireMine(), BatchState.IN_PROGRESS, clock.instant());
            return batches.lock(batch).orElseThrow();
        });
        finished = true;
        begun.run();
        return ready;
    }

    /** Drops what came, and the batch, if it did not begin. */
    @Override
    public void close() {
        if (!finished) {
            batches.delete(batch);
        }
    }
}
