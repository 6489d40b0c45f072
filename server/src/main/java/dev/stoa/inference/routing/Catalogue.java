package dev.stoa.inference.routing;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All that operators wrote down about models at one moment. Immutable. */
record Catalogue(Map<String, Entry> versions, Map<String, Alias> aliases, Map<String, Upstream> upstreams) {
    static final Catalogue EMPTY = new Catalogue(Map.of(), Map.of(), Map.of());

    /** A version, and since when it is here. */
    record Entry(ModelVersion version, Instant createdAt) {}

    /**
     * @param sealedKey null where the upstream wants none
     */
    record Upstream(UpstreamServer server, byte @Nullable [] sealedKey) {}

    Catalogue {
        versions = Map.copyOf(versions);
        aliases = Map.copyOf(aliases);
        upstreams = Map.copyOf(upstreams);
    }

    @Nullable ModelVersion version(String id) {
        Entry entry = versions.get(id);
        return entry == null ? null : entry.version();
    }

    /** Names that stand for the version, in their order. */
    List<String> aliasesOf(String version) {
        return aliases.values().stream()
                .filter(alias -> alias.version().equals(version))
                .map(Alias::name)
                .sorted(Comparator.naturalOrder())
                .collect(Collectors.toList());
    }
}
