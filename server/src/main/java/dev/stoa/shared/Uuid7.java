package dev.stoa.shared;

import java.time.Clock;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. Thread-safe if its parts are. */
public final class Uuid7 {
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000000000000000L;

    private final Clock clock;
    private final RandomGenerator random;

    public Uuid7(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public UUID next() {
        long high = clock.millis() << 16 | VERSION | random.nextLong() & 0x0FFFL;
        long low = VARIANT | random.nextLong() & 0x3FFFFFFFFFFFFFFFL;
        return new UUID(high, low);
    }
}
