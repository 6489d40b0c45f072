package dev.stoa.bench;

import dev.stoa.store.ModelStore;
import dev.stoa.store.StoredModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the file that a benchmark is to run on. */
final class ModelFiles {
    private ModelFiles() {}

    /**
     * @param model a GGUF file, or a name of the store
     * @param models the store's folder; null means the usual one
     * @throws IllegalArgumentException if there is neither
     */
    static Path resolve(String model, @Nullable Path models) {
        Path file = Path.of(model);
        if (Files.isRegularFile(file)) {
            return file;
        }
        ModelStore store = new ModelStore(models == null ? ModelStore.locate(System.getenv(), null) : models);
        return store.find(model)
                .map(StoredModel::path)
                .orElseThrow(() -> new IllegalArgumentException("no file and no model of the store at " + store.root()
                        + " is called " + model + "; ./stoa pull brings one"));
    }
}
