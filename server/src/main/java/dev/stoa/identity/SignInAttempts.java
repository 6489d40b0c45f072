package dev.stoa.identity;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * How often somebody has tried to sign in, a row each until its window ends; who it was is kept as a hash. Each count is
 * one statement, so two at once count two. Thread-safe.
 */
@Repository
class SignInAttempts {
    /** How often what has ended is forgotten. */
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final JdbcClient jdbc;
    private final SignInSettings settings;
    private final AtomicReference<Instant> nextSweep = new AtomicReference<>(Instant.EPOCH);

    SignInAttempts(JdbcClient jdbc, SignInSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** @param until when the count begins anew */
    record Count(int failures, Instant until) {}

    /** One more. */
    Count count(String kind, String key, Instant now, Duration window) {
        sweep(now);
        return jdbc.sql("""
                        INSERT INTO sign_in_attempt (hash, failures, ends_at) VALUES (:hash, 1, :ends)
                        ON CONFLICT (hash) DO UPDATE SET
                            failures = CASE WHEN sign_in_attempt.ends_at > :now THEN sign_in_attempt.failures + 1 ELSE 1 END,
                            ends_at = CASE WHEN sign_in_attempt.ends_at > :now THEN sign_in_attempt.ends_at ELSE :ends END
                        RETURNING failures, ends_at
                        """)
                .param("hash", hash(kind, key))
                .param("now", utc(now))
                .param("ends", utc(now.plus(window)))
                .query((row, _) -> new Count(
                        row.getInt("failures"),
                        row.getObject("ends_at", OffsetDateTime.class).toInstant()))
                .single();
    }

    /** One less. */
    void giveBack(String kind, String key, Instant now) {
        jdbc.sql("UPDATE sign_in_attempt SET failures = greatest(failures - 1, 0) WHERE hash = ? AND ends_at > ?")
                .params(hash(kind, key), utc(now))
                .update();
    }

    private void sweep(Instant now) {
        Instant due = nextSweep.get();
        if (!now.isBefore(due) && nextSweep.compareAndSet(due, now.plus(SWEEP))) {
            jdbc.sql("DELETE FROM sign_in_attempt WHERE ends_at <= ?")
                    .param(utc(now))
                    .update();
        }
    }

    SignInLimiter byAddress(Clock clock) {
        return new SignInLimiter(this, clock, "address", settings.addressFailures(), settings.addressWindow());
    }

    SignInLimiter byAccount(Clock clock) {
        return new SignInLimiter(this, clock, "account", settings.accountFailures(), settings.accountWindow());
    }

    /** Of passkeys' questions and ways to a provider. */
    SignInLimiter questions(Clock clock) {
        return new SignInLimiter(this, clock, "question", settings.addressQuestions(), settings.addressWindow());
    }

    private static byte[] hash(String kind, String key) {
        return SecretToken.hash(kind + ":" + key);
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
