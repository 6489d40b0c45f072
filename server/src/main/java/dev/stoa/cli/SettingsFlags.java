package dev.stoa.cli;

import dev.stoa.operations.SettingsLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that stand for settings, the same for every command that reads them. */
final class SettingsFlags {
    @Option(names = "--port", paramLabel = "PORT", description = "Port to listen on (STOA_PORT; 8420).")
    private @Nullable String port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Address to listen on (STOA_BIND; 127.0.0.1). 0.0.0.0 opens it to the network.")
    private @Nullable String bind;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder (STOA_DATA; ~/.stoa, for root /var/lib/stoa).")
    private @Nullable String data;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Model to serve (STOA_MODEL; smollm2-135m-instruct:q4_1).")
    private @Nullable String model;

    @Option(
            names = "--models",
            paramLabel = "DIR",
            description = "Folder of the model store (STOA_MODELS; “models” in the data folder).")
    private @Nullable String models;

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = "External PostgreSQL (STOA_DATABASE; embedded): postgresql://user:password@host/database.")
    private @Nullable String database;

    @Option(
            names = "--kv-cache",
            paramLabel = "SIZE",
            description = "Memory for keys and values of running requests, such as 2GB (STOA_ENGINE_KV_CACHE).")
    private @Nullable String kvCache;

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            description = "How long running requests may go on after SIGTERM (STOA_LIMITS_DRAIN; 20s).")
    private @Nullable String drain;

    @Option(names = "--config", paramLabel = "FILE", description = "Config file (stoa.yml in the data folder).")
    private @Nullable Path config;

    /** @throws dev.stoa.operations.OperatorException if a setting is wrong */
    SettingsLoader load() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "port", port);
        put(given, "bind", bind);
        put(given, "data", data);
        put(given, "model", model);
        put(given, "models", models);
        put(given, "database", database);
        put(given, "engine.kv-cache", kvCache);
        put(given, "limits.drain", drain);
        return SettingsLoader.load(given, config);
    }

    private static void put(Map<String, String> given, String key, @Nullable String value) {
        if (value != null) {
            given.put(key, value);
        }
    }
}
