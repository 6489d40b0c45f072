package dev.stoa.batch;

import dev.stoa.identity.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it stands.
 *
 * @param caller on whose account its items run
 * @param protocol by which it came, {@link BatchProtocol#name}
 * @param endpoint that its items are for, a path such as {@code /v1/messages}
 * @param version of the protocol; empty where it has none
 * @param inputFile null if the request that made it brought its items
 * @param outputLifetime of the files with its results; null for ever
 * @param metadata a JSON object, the caller's own
 * @param problems with its input, a JSON list in the protocol's form; null if there are none
 * @param counts of its items
 * @param begunAt when its items were all in
 * @param cancelingAt when its end was asked for
 * @param archivedAt when its results were removed
 */
public record Batch(
        UUID id,
        Caller caller,
        String protocol,
        String endpoint,
        String version,
        BatchState state,
        @Nullable UUID inputFile,
        @Nullable UUID outputFile,
        @Nullable UUID errorFile,
        @Nullable Duration outputLifetime,
        String metadata,
        @Nullable String problems,
        Counts counts,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant begunAt,
        @Nullable Instant cancelingAt,
        @Nullable Instant finalizingAt,
        @Nullable Instant endedAt,
        @Nullable Instant archivedAt) {

    /** Items, and how many of them have ended in each way. */
    public record Counts(int items, int succeeded, int errored, int canceled, int expired) {

        /** Items that have not ended. */
        public int open() {
            return items - succeeded - errored - canceled - expired;
        }
    }
}
