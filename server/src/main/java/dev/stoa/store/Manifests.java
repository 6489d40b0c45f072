package dev.stoa.store;

import dev.stoa.shared.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The manifests under {@code models/}: one small JSON file a name, replaced atomically. */
final class Manifests {
    /** A manifest is a few hundred bytes; anything much larger is not one. */
    static final int MANIFEST_BYTES_MAX = 64 * 1024;

    private static final String SUFFIX = ".json";
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final Path blobs;

    Manifests(Path folder, Path blobs) {
        this.folder = folder;
        this.blobs = blobs;
    }

    /** Every manifest that can be read, and why the others cannot. */
    record Listing(List<StoredModel> models, Map<Path, String> damaged) {}

    Listing all() throws IOException {
        List<StoredModel> models = new ArrayList<>();
        Map<Path, String> damaged = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, Files::isDirectory)) {
                for (Path name : names) {
                    readFolder(name, models, damaged);
                }
            }
        }
        models.sort((a, b) -> a.id().compareTo(b.id()));
        return new Listing(List.copyOf(models), Map.copyOf(damaged));
    }

    private void readFolder(Path name, List<StoredModel> models, Map<Path, String> damaged) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(name, "*" + SUFFIX)) {
            for (Path file : files) {
                if (file.getFileName().toString().startsWith(DurableFiles.TEMPORARY_PREFIX)) {
                    continue;
                }
                try {
                    models.add(read(file));
                } catch (StoreException e) {
                    damaged.put(file, String.valueOf(e.getMessage()));
                }
            }
        }
    }

    /** @throws StoreException CORRUPT */
    @Nullable StoredModel find(ModelName id) throws IOException {
        Path file = fileOf(id);
        try {
            return Files.exists(file) ? read(file) : null;
        } catch (NoSuchFileException e) {
            return null; // removed in between
        }
    }

    boolean exists(ModelName id) {
        return Files.exists(fileOf(id));
    }

    void write(StoredModel model) throws IOException {
        Path file = fileOf(model.id());
        Files.createDirectories(folder.resolve(model.id().name()));
        byte[] json = JSON.writerWithDefaultPrettyPrinter()
                .writeValueAsBytes(JSON.createObjectNode()
                        .put("name", model.id().name())
                        .put("variant", model.id().variant())
                        .put("sha256", model.sha256())
                        .put("size", model.size())
                        .put("source", model.source())
                        .put("licence", model.licence())
                        .put("added_at", model.addedAt().toString()));
        DurableFiles.write(file, json);
    }

    void delete(ModelName id) throws IOException {
        Path file = fileOf(id);
        Files.deleteIfExists(file);
        Path parent = folder.resolve(id.name());
        DurableFiles.syncDirectory(parent);
        try (DirectoryStream<Path> rest = Files.newDirectoryStream(parent)) {
            if (rest.iterator().hasNext()) {
                return;
            }
        }
        Files.deleteIfExists(parent);
    }

    private StoredModel read(Path file) throws IOException {
        if (Files.size(file) > MANIFEST_BYTES_MAX) {
            throw corrupt(file, "it is too large", null);
        }
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            ModelName id = new ModelName(text(json, "name"), text(json, "variant"));
            if (!fileOf(id).equals(file)) {
                throw corrupt(file, "it names " + id, null);
            }
            String sha256 = text(json, "sha256");
            long size = json.path("size").asLong(-1);
            if (!SHA256.matcher(sha256).matches() || size < 0) {
                throw corrupt(file, "its size or SHA-256 is not one", null);
            }
            Instant addedAt = Instant.parse(text(json, "added_at"));
            Path blob = blobs.resolve("sha256-" + sha256);
            return new StoredModel(id, blob, size, sha256, text(json, "source"), text(json, "licence"), addedAt);
        } catch (JacksonException e) {
            throw corrupt(file, "it is not JSON", e);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw corrupt(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException("“" + field + "” is missing");
        }
        return value.stringValue();
    }

    private Path fileOf(ModelName id) {
        return folder.resolve(id.name()).resolve(id.variant() + SUFFIX);
    }

    private static StoreException corrupt(Path file, String why, @Nullable Throwable cause) {
        return new StoreException(
                StoreException.Kind.CORRUPT, "The manifest " + file + " is damaged (" + why + ").", cause);
    }
}
