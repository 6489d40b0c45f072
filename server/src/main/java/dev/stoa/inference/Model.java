package dev.stoa.inference;

import java.time.Instant;
import java.util.List;

/**
 * A model of the catalogue, in one version.
 *
 * @param id the name in the API, such as {@code smollm2-135m-instruct:q4_1}
 * @param aliases other names for it
 * @param displayName for people
 * @param createdAt when it entered this server's store
 * @param contextLength the longest prompt plus output in tokens; 0 while it is not known
 * @param ready whether requests are taken now
 * @param card what the operator has written down about it
 */
public record Model(
        String id,
        List<String> aliases,
        String displayName,
        Instant createdAt,
        int contextLength,
        boolean ready,
        ModelCard card) {
    public Model {
        aliases = List.copyOf(aliases);
    }

    /** One that nothing is written down about. */
    public Model(
            String id, List<String> aliases, String displayName, Instant createdAt, int contextLength, boolean ready) {
        this(id, aliases, displayName, createdAt, contextLength, ready, ModelCard.BLANK);
    }

    public boolean isNamed(String name) {
        return id.equals(name) || aliases.contains(name);
    }
}
