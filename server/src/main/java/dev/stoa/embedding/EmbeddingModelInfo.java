package dev.stoa.embedding;

import java.time.Instant;
import java.util.List;

/**
 * An embedding model as callers see it.
 *
 * @param aliases other names that it answers to
 * @param dimensions numbers of a vector
 * @param tokensMax its longest text
 * @param createdAt when it was published, or came here
 * @param onlyEmbeds false for a model that also generates, which is listed among those
 */
public record EmbeddingModelInfo(
        String id, List<String> aliases, int dimensions, int tokensMax, Instant createdAt, boolean onlyEmbeds) {
    public EmbeddingModelInfo {
        aliases = List.copyOf(aliases);
    }

    /** Whether {@code name} is its id or an alias. */
    public boolean isNamed(String name) {
        return id.equals(name) || aliases.contains(name);
    }
}
