package dev.stoa.inference.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an upstream said, for the log, beside the sentence that the caller sees; always a cause, never thrown itself. */
public final class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Duration asked;

    UpstreamException(int status, String words) {
        this(status, words, null);
    }

    /** @param asked how long it asked to be left alone; null if it did not */
    UpstreamException(int status, String words, @Nullable Duration asked) {
        super("status " + status + ": " + words, null, false, false);
        this.asked = asked;
    }

    /** How long the upstream itself asked to be left alone; null if it did not. */
    public @Nullable Duration asked() {
        return asked;
    }
}
