package dev.stoa.inference;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far the served model is.
 *
 * @param model its name
 * @param phase where it stands
 * @param doneBytes of the phase, where it counts bytes
 * @param totalBytes of the phase; 0 where not known
 * @param problem why it can't be served, where it can't
 */
public record ModelStatus(
        String model,
        Phase phase,
        long doneBytes,
        long totalBytes,
        @Nullable String problem) {

    /** From start to service. A model that failed stays so until the server is started again. */
    public enum Phase {
        /** Its file is looked for or fetched. */
        DOWNLOADING,
        /** The file is here, the engine prepares it. */
        LOADING,
        READY,
        FAILED,
        /** The server stops. */
        CLOSED;

        /** The one table of what may follow what. */
        boolean mayBecome(Phase next) {
            return successors().contains(next);
        }

        private Set<Phase> successors() {
            return switch (this) {
                case DOWNLOADING -> EnumSet.of(DOWNLOADING, LOADING, FAILED, CLOSED);
                case LOADING -> EnumSet.of(READY, FAILED, CLOSED);
                case READY, FAILED -> EnumSet.of(CLOSED);
                case CLOSED -> EnumSet.noneOf(Phase.class);
            };
        }
    }

    /** One sentence for the caller of a request that can't run now. */
    public String sentence() {
        return switch (phase) {
            case DOWNLOADING -> "The model " + model + " is being downloaded" + percent() + ".";
            case LOADING -> "The model " + model + " is being loaded.";
            case READY -> "The model " + model + " is ready.";
            case FAILED -> "The model " + model + " can't be served: " + (problem == null ? "unknown" : problem);
            case CLOSED -> "The server is shutting down.";
        };
    }

    private String percent() {
        return totalBytes > 0 ? " (" + Math.min(100, 100 * doneBytes / totalBytes) + "% of " + mebibytes() + ")" : "";
    }

    private String mebibytes() {
        return Math.max(1, totalBytes >> 20) + " MiB";
    }
}
