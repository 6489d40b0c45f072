package dev.stoa.inference.routing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A name that stands for a version, and perhaps a rollout of another one.
 *
 * @param name in the API
 * @param version the base: what all callers get, but for the canary's share
 * @param canary null where nothing is rolled out
 */
public record Alias(String name, String version, @Nullable Canary canary) {

    /** By what a caller keeps to the version it got. */
    public enum Sticky {
        KEY,
        USER
    }

    /**
     * A share of the callers that gets another version, until the share is changed or the version does worse than the
     * base.
     *
     * @param version what they get
     * @param percent of the callers, 0 to 100
     * @param sticky by what a caller is put in the one share or the other
     * @param rollback when to stop by itself
     * @param rolledBack null while it runs
     */
    public record Canary(
            String version,
            int percent,
            Sticky sticky,
            Rollback rollback,
            @Nullable RolledBack rolledBack) {
        public boolean runs() {
            return rolledBack == null && percent > 0;
        }
    }

    /**
     * When a rollout stops by itself. Judged over the last {@link Rollouts#WINDOW} requests of each version that each server
     * saw, those of all servers together.
     *
     * @param minRequests of the canary, before it is judged
     * @param errorRateExcess by how much its share of failures may exceed the base's, 0 to 1
     * @param latencyFactor how many times the base's median time to the first token its own may be; at least 1
     */
    public record Rollback(int minRequests, double errorRateExcess, double latencyFactor) {
        public static final Rollback DEFAULT = new Rollback(50, 0.05, 3);
    }

    /** @param reason in words, for the operator */
    public record RolledBack(Instant at, String reason) {}
}
