package dev.stoa.api.operations;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database answers. One question at a time however many ask, and nobody waits longer than {@link #WAIT_MAX}:
 * a pool whose database is away keeps a caller for its whole connection timeout. Thread-safe.
 */
final class DatabaseProbe {
    private static final Duration WAIT_MAX = Duration.ofSeconds(2);

    private final DataSource database;
    private final Executor threads =
            task -> Thread.ofVirtual().name("stoa-database-probe").start(task);
    private @Nullable CompletableFuture<Boolean> asking;

    DatabaseProbe(DataSource database) {
        this.database = database;
    }

    boolean answers() {
        return await(question());
    }

    /** The question that is under way, or a new one. */
    private synchronized CompletableFuture<Boolean> question() {
        CompletableFuture<Boolean> known = asking;
        if (known == null || known.isDone()) {
            known = CompletableFuture.supplyAsync(this::ask, threads);
            asking = known;
        }
        return known;
    }

    private boolean await(CompletableFuture<Boolean> answer) {
        try {
            return answer.get(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException _) {
            return false;
        }
    }

    private boolean ask() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid((int) WAIT_MAX.toSeconds());
        } catch (SQLException _) {
            return false;
        }
    }
}
