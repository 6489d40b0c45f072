package dev.stoa.shared;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * This server's signs of life, and whether the silence of others means that they are dead. While the database is away
 * nobody can give a sign, and whoever is back first would take from the others what they still run. So their silence
 * counts only for one whose own signs came without a gap for as long. Thread-safe.
 */
public final class Heartbeat {
    private final long silenceNanos;
    private final LongSupplier nanoTime;

    // Guarded by this:
    private boolean beats;
    /** The first sign without a gap behind it, and the last. */
    private long sinceNanos;

    private long lastNanos;

    /** @param silence after which a server counts as dead: several times as long as from one sign to the next */
    public Heartbeat(Duration silence, LongSupplier nanoTime) {
        this.silenceNanos = silence.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Gives a sign of life; one that throws is a gap. */
    public synchronized void beat(Runnable sign) {
        boolean goesOn = beats;
        beats = false;
        sign.run();
        beats = true;
        long now = nanoTime.getAsLong();
        if (!goesOn || late(now)) {
            sinceNanos = now;
        }
        lastNanos = now;
    }

    /** A database that made this server wait, without failing, made the others wait too. */
    private boolean late(long now) {
        return now - lastNanos > silenceNanos / 2;
    }

    /** Whether others that were silent for so long are dead. */
    public synchronized boolean steady() {
        long now = nanoTime.getAsLong();
        return beats && !late(now) && now - sinceNanos >= silenceNanos;
    }
}
