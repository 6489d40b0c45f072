package dev.stoa.store;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A model in the store.
 *
 * @param id its name
 * @param path the GGUF file, whole and verified when it was added
 * @param size of the file in bytes
 * @param sha256 of the file, 64 hexadecimal digits
 * @param source where it came from
 * @param licence its licence's name; {@code unknown} where the source does not say
 * @param addedAt when it entered the store
 */
public record StoredModel(
        ModelName id, Path path, long size, String sha256, String source, String licence, Instant addedAt) {}
