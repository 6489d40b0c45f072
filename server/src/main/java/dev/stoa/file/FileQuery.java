package dev.stoa.file;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which files to list.
 *
 * @param purpose null for all
 * @param after the list goes on behind this id; it need not exist any more
 * @param before the list ends in front of this id; not together with {@code after}
 * @param oldestFirst the order of the list
 */
public record FileQuery(
        @Nullable String purpose,
        @Nullable UUID after,
        @Nullable UUID before,
        boolean oldestFirst,
        int limit) {}
