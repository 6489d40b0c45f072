package dev.stoa.inference;

import java.time.Instant;
import java.util.List;

/**
 * A model of the catalogue.
 *
 * @param id the name in the API, such as {@code smollm2-135m-instruct:q4_1}
 * @param aliases other names for it
 * @param displayName for people
 * @param createdAt when it entered this server's store
 * @param contextLength the longest prompt plus output in tokens; 0 while it is not known
 * @param ready whether requests are taken now
 */
public record Model(
        String id, List<String> aliases, String displayName, Instant createdAt, int contextLength, boolean ready) {
    public Model {
        aliases = List.copyOf(aliases);
    }
}
