package dev.stoa.file;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a file that comes in.
 *
 * @param lifetime after which it is removed; null for never
 */
public record NewFile(
        String name,
        String mediaType,
        String purpose,
        @Nullable Duration lifetime) {}
