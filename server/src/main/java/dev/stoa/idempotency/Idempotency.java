package dev.stoa.idempotency;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/** Who may run under a key, and what those get who come again. Thread-safe. */
@Service
public class Idempotency implements DisposableBean {
    private static final Duration SWEEP = Duration.ofMinutes(5);
    private static final int CLAIM_TRIES = 3;
    private static final Logger log = LoggerFactory.getLogger(Idempotency.class);

    private final IdempotencyRepository repository;
    private final IdempotencyLimits limits;
    private final RandomGenerator random;
    private final Set<UUID> running = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stoa-idempotency").factory());

    Idempotency(IdempotencyRepository repository, IdempotencyLimits limits, RandomGenerator random) {
        this.repository = repository;
        this.limits = limits;
        this.random = random;
        long renew = limits.lease().toMillis() / 4;
        var unused = keeper.scheduleWithFixedDelay(this::renew, renew, renew, TimeUnit.MILLISECONDS);
        var unusedToo = keeper.scheduleWithFixedDelay(this::sweep, 0, SWEEP.toSeconds(), TimeUnit.SECONDS);
    }

    private void renew() {
        try {
            if (!running.isEmpty()) {
                repository.renew(running, limits.lease());
            }
        } catch (DataAccessException | TransactionException e) {
            log.warn("Idempotency keys could not be held on to: {}", e.getMessage());
        }
    }

    private void sweep() {
        try {
            repository.sweep(limits.organizationSize().toBytes());
        } catch (DataAccessException | TransactionException e) {
            log.warn("Old idempotency keys could not be removed; tried again later: {}", e.getMessage());
        }
    }

    public IdempotencyLimits limits() {
        return limits;
    }

    /** Begins a request under a key. What is {@link Claim.Mine} must be kept or released. */
    public Claim begin(IdempotencyKey key) {
        for (int attempt = 0; attempt < CLAIM_TRIES; attempt++) {
            UUID token = new UUID(random.nextLong(), random.nextLong());
            if (repository.claim(key, token, limits.lease())) {
                running.add(token);
                return new Claim.Mine(token);
            }
            Optional<IdempotencyRepository.Row> other = repository.find(key.caller(), key.key());
            if (other.isPresent()) {
                return other.get().status() == null
                        ? new Claim.Running()
                        : new Claim.Answered(other.get().bodyBytes());
            }
            // Released between the two.
        }
        return new Claim.Running();
    }

    /**
     * Keeps the answer of an execution.
     *
     * @param answer null if it is larger than is kept
     */
    public void keep(
            IdempotencyKey key,
            Claim.Mine claim,
            SentRequest request,
            int status,
            String contentType,
            byte @Nullable [] answer) {
        AnswerCipher cipher = new AnswerCipher(key, random);
        byte[] sealed = answer == null ? null : cipher.seal(answer);
        try {
            repository.keep(
                    claim.token(),
                    request,
                    cipher.digest(request.digest()),
                    status,
                    contentType,
                    sealed,
                    limits.kept());
        } finally {
            running.remove(claim.token());
        }
    }

    /** Frees the key: its execution has made nothing. */
    public void release(Claim.Mine claim) {
        try {
            repository.release(claim.token());
        } finally {
            running.remove(claim.token());
        }
    }

    /**
     * What the same request got.
     *
     * @throws StoaException UNPROCESSABLE if the key was used for another request; CONFLICT if its answer is too large to
     *     be kept, or was forgotten just now
     */
    public KeptAnswer answer(IdempotencyKey key, SentRequest request) {
        IdempotencyRepository.Row row = repository
                .find(key.caller(), key.key())
                .filter(found -> found.status() != null)
                .orElseThrow(() -> new StoaException(
                        ErrorKind.CONFLICT, "The answer under this Idempotency-Key is no longer kept; send it again."));
        AnswerCipher cipher = new AnswerCipher(key, random);
        byte[] answer = row.answer();
        boolean same = request.target().equals(row.target())
                && request.bytes() == row.bodyBytes()
                && MessageDigest.isEqual(cipher.digest(request.digest()), row.digest());
        if (!same) {
            throw new StoaException(
                    ErrorKind.UNPROCESSABLE, "This Idempotency-Key was used for another request; send a new one.");
        }
        if (answer == null || row.status() == null) {
            throw new StoaException(
                    ErrorKind.CONFLICT,
                    "The request under this Idempotency-Key has succeeded; its answer is too large to be given again.");
        }
        return new KeptAnswer(row.status(), String.valueOf(row.contentType()), cipher.open(answer));
    }

    @Override
    public void destroy() {
        keeper.shutdownNow();
    }
}
