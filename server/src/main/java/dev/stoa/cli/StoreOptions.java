package dev.stoa.cli;

import dev.stoa.store.ModelStore;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the model store lies. */
final class StoreOptions {
    @Option(names = "--models", paramLabel = "DIR", description = "Folder of the model store (STOA_MODELS).")
    private @Nullable Path models;

    @Option(names = "--data", paramLabel = "DIR", description = "Data folder; the store is “models” in it (STOA_DATA).")
    private @Nullable Path data;

    ModelStore store(Map<String, String> environment) {
        Path given = models;
        return new ModelStore(given != null ? given : ModelStore.locate(environment, data));
    }
}
