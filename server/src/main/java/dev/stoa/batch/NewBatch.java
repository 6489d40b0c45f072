package dev.stoa.batch;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a batch that comes in; the parameters are those of {@link Batch}.
 */
public record NewBatch(
        String protocol,
        String endpoint,
        String version,
        @Nullable UUID inputFile,
        @Nullable Duration outputLifetime,
        String metadata) {}
