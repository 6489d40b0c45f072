package dev.stoa.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every benchmark of a model is told: which model, how many threads, how to print. */
final class ModelFlags {
    @Option(
            names = "--model",
            required = true,
            description = "a GGUF file, or a model of the store (./stoa models lists them)")
    private String model = "";

    @Option(names = "--models", description = "the folder of the model store")
    private @Nullable Path models;

    @Option(names = "--threads", description = "threads that compute (default: all cores)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "print JSON lines, one row each")
    private boolean json;

    /** The model's file. */
    Path file() {
        return ModelFiles.resolve(model, models);
    }

    int threads() {
        return threads;
    }

    Report report() {
        return new Report(json, System.out);
    }
}
