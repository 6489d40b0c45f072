package dev.stoa.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model known by name.
 *
 * @param id its name in the store
 * @param displayName for people
 * @param repo {@code owner/name} on the hub
 * @param file path of the GGUF file in the repository
 * @param size of the file in bytes; rounded where {@code sizeExact} is false
 * @param sizeExact whether a file of another size is the wrong file
 * @param sha256 of the file; null where it is not known beforehand, then the hub's own is checked
 * @param licence its licence's name
 * @param contextLength the longest prompt plus output in tokens that it was trained for
 * @param architecture as in the file's {@code general.architecture}
 * @param kvBytesPerToken keys and values of a token, at two bytes a number
 * @param chat whether it answers; a base model only continues text
 * @param mirror requirements ({@code name==version}) of the Python packages that hold the file, in order; may be empty
 */
public record CatalogueEntry(
        ModelName id,
        String displayName,
        String repo,
        String file,
        long size,
        boolean sizeExact,
        @Nullable String sha256,
        String licence,
        int contextLength,
        String architecture,
        long kvBytesPerToken,
        boolean chat,
        List<String> mirror) {
    /** The context that {@link #memoryBytes} reckons with: a long chat, not the model's maximum. */
    static final int ESTIMATE_CONTEXT_TOKENS = 8192;

    /** The service beside the model: Java's heap and code, PostgreSQL. */
    static final long SERVICE_BYTES = 512L << 20;

    public CatalogueEntry {
        mirror = List.copyOf(mirror);
    }

    /** Estimate of the memory it takes to serve it: the file, a long chat's keys and values, the service. */
    public long memoryBytes() {
        return size + kvBytesPerToken * Math.min(contextLength, ESTIMATE_CONTEXT_TOKENS) + SERVICE_BYTES;
    }
}
