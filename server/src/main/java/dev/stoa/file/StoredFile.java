package dev.stoa.file;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file that is kept.
 *
 * @param name as its sender called it, no path
 * @param mediaType as its sender said, unchecked
 * @param purpose one of OpenAI's, {@code user_data} where none was given
 * @param content the SHA-256 of its bytes, in hexadecimal
 * @param expiresAt null for never
 */
public record StoredFile(
        UUID id,
        String name,
        String mediaType,
        String purpose,
        long bytes,
        String content,
        Instant createdAt,
        @Nullable Instant expiresAt) {}
