package dev.stoa.inference.upstream;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;

/** Faults as only this package makes them. */
public final class FaultsForTests {
    private FaultsForTests() {}

    /** An upstream that asks to be left alone. */
    public static StoaException busyFor(Duration time) {
        return new StoaException(ErrorKind.OVERLOADED, "busy", time, new UpstreamException(429, "busy", time));
    }
}
