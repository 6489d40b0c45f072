package dev.stoa.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The models known by name, from the smallest to the ablest; the first is the default model. Immutable. */
public final class Catalogue {
    /** What the embedded engine runs. */
    public static final Set<String> ENGINE_ARCHITECTURES = Set.of("llama", "gemma3");

    /** The part of the machine's memory that a recommended model may take: the rest is for everybody else. */
    static final double MEMORY_SHARE_MAX = 0.5;

    private static final String RESOURCE = "catalogue.json";

    private final List<CatalogueEntry> entries;

    /** @param entries from the smallest to the ablest, at least one that chats */
    public Catalogue(List<CatalogueEntry> entries) {
        this.entries = List.copyOf(entries);
        if (this.entries.stream().noneMatch(CatalogueEntry::chat)) {
            throw new IllegalArgumentException("a catalogue needs a model that chats");
        }
    }

    /** The one that ships with Stoa. */
    public static Catalogue bundled() {
        return Bundled.CATALOGUE;
    }

    public List<CatalogueEntry> entries() {
        return entries;
    }

    /** What {@code serve} pulls when the store is empty. */
    public CatalogueEntry defaultModel() {
        return entries.stream().filter(CatalogueEntry::chat).findFirst().orElseThrow();
    }

    /**
     * Finds a model by {@code name:variant}, or by its name alone: then its first variant.
     *
     * @throws StoreException INVALID for a malformed name
     */
    public Optional<CatalogueEntry> find(String nameOrId) {
        boolean whole = nameOrId.contains(":");
        ModelName wanted = ModelName.parse(nameOrId, ModelName.PLAIN_VARIANT);
        return entries.stream()
                .filter(entry ->
                        whole ? entry.id().equals(wanted) : entry.id().name().equals(wanted.name()))
                .findFirst();
    }

    /**
     * The ablest chat model for a machine.
     *
     * @param memoryBytes the machine's memory; a model may take half of it
     * @param architectures what the engine runs, such as {@link #ENGINE_ARCHITECTURES}
     * @return the default model where none fits
     */
    public CatalogueEntry recommend(long memoryBytes, Set<String> architectures) {
        return entries.stream()
                .filter(CatalogueEntry::chat)
                .filter(entry -> architectures.contains(entry.architecture()))
                .filter(entry -> fits(entry, memoryBytes))
                .reduce((_, later) -> later)
                .orElseGet(this::defaultModel);
    }

    /** Whether a machine of so much memory serves a model well. */
    public static boolean fits(CatalogueEntry entry, long memoryBytes) {
        return entry.memoryBytes() <= memoryBytes * MEMORY_SHARE_MAX;
    }

    private static final class Bundled {
        static final Catalogue CATALOGUE = read();

        private static Catalogue read() {
            try (InputStream in = Catalogue.class.getResourceAsStream(RESOURCE)) {
                if (in == null) {
                    throw new IllegalStateException(RESOURCE + " is missing from the class path");
                }
                List<CatalogueEntry> entries = new ArrayList<>();
                for (JsonNode model : JsonMapper.builder().build().readTree(in).path("models")) {
                    entries.add(entry(model));
                }
                return new Catalogue(entries);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static CatalogueEntry entry(JsonNode json) {
            List<String> mirror = new ArrayList<>();
            json.path("mirror").forEach(requirement -> mirror.add(requirement.asString()));
            return new CatalogueEntry(
                    ModelName.parse(json.required("id").asString()),
                    json.required("display_name").asString(),
                    json.required("repo").asString(),
                    json.required("file").asString(),
                    json.required("size").asLong(),
                    json.path("size_exact").asBoolean(false),
                    json.path("sha256").isString() ? json.path("sha256").stringValue() : null,
                    json.required("licence").asString(),
                    json.required("context_length").asInt(),
                    json.required("architecture").asString(),
                    json.required("kv_bytes_per_token").asLong(),
                    json.required("chat").asBoolean(),
                    mirror);
        }
    }
}
