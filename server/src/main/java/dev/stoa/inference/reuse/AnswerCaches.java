package dev.stoa.inference.reuse;

import dev.stoa.inference.reuse.AnswerStore.State;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * What administrators set and see of their organization's cache of answers. A change holds on all servers at once.
 * Thread-safe.
 */
public final class AnswerCaches {
    private static final int SALT_BYTES = 32;

    private final AnswerStore store;
    private final AnswerLimits limits;
    private final RandomGenerator random;

    AnswerCaches(AnswerStore store, AnswerLimits limits, RandomGenerator random) {
        this.store = store;
        this.limits = limits;
        this.random = random;
    }

    /**
     * What an organization keeps.
     *
     * @param ttl how long
     * @param answers how many there are now
     * @param bytes that they take
     */
    public record Cache(Duration ttl, long answers, long bytes) {}

    /** Empty where answers are not kept. */
    public Optional<Cache> find(UUID organization) {
        return store.state(organization).map((State now) -> new Cache(now.ttl(), now.answers(), now.bytes()));
    }

    /**
     * Has answers kept, or for how long.
     *
     * @throws StoaException INVALID_REQUEST if that is too long
     */
    public void enable(UUID organization, Duration ttl) {
        if (ttl.toSeconds() < 1 || ttl.compareTo(limits.ttlMax()) > 0) {
            throw StoaException.about(
                    ErrorKind.INVALID_REQUEST,
                    "ttl_seconds",
                    "must be between 1 and " + limits.ttlMax().toSeconds());
        }
        store.enable(organization, ttl, salt());
    }

    /** Keeps none any more, and forgets those there are. */
    public void disable(UUID organization) {
        store.disable(organization);
    }

    /** Forgets all answers there are. */
    public void purge(UUID organization) {
        store.purge(organization, salt());
    }

    private byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }
}
