package dev.stoa.operations;

import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.KvType;
import dev.stoa.shared.Folders;
import dev.stoa.shared.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What an operator sets, each {@code stoa.*} once: a flag of {@code stoa serve}, else a variable {@code STOA_*}, else a
 * line of the config file, else the default here. {@link SettingsLoader} reads them.
 *
 * @param port where the service listens
 * @param bind the address it listens on: loopback, so that nothing is open to a network unless asked for
 * @param data the data folder; empty means the user's own, see {@link Folders#data()}
 * @param model the model to serve, by its name in the store or the catalogue
 * @param models the folder of the model store; empty means {@code models} in the data folder
 * @param database an external PostgreSQL's address; empty means the embedded one
 * @param acceptNewerSchema whether to start though a newer server has changed the database's tables
 * @param engine what the embedded engine may use
 * @param limits bounds of the service; the launcher sizes the JVM from some
 */
@ConfigurationProperties("stoa")
public record StoaSettings(
        @DefaultValue("8420") int port,
        @DefaultValue("127.0.0.1") String bind,
        @DefaultValue("") String data,
        @DefaultValue("smollm2-135m-instruct:q4_1") String model,
        @DefaultValue("") String models,
        @DefaultValue("") String database,
        @DefaultValue("false") boolean acceptNewerSchema,
        @DefaultValue Engine engine,
        @DefaultValue Limits limits) {

    /**
     * What the embedded engine may use; the launcher sizes the JVM from it.
     *
     * @param threads threads that compute; 0 means all cores
     * @param contextLength the longest prompt plus output in tokens; 0 means the model's own
     * @param maxRunning the most requests that run at once
     * @param maxQueued the most requests that wait; one more is refused
     * @param kvCache memory for keys and values of all running requests; absent means what the machine leaves, 1 GiB at
     *     most
     * @param maxQueuedTokens the most prompt tokens that wait
     * @param maxBatchTokens the most token rows of a step
     * @param interTokenTarget how long a step may take while somebody reads: prompts are cut accordingly
     * @param gatherWait how long an idle engine waits after a first request for others to join it
     * @param agingInterval how long a priority waits at most for a turn, for each priority above it
     * @param speculativeTokens how many next tokens are guessed from the text so far and checked in the same step
     * @param prefixCache whether what was read once is remembered for the same organization
     * @param kvType what keys and values are kept as
     */
    public record Engine(
            @DefaultValue("0") int threads,
            @DefaultValue("0") int contextLength,
            @DefaultValue("16") int maxRunning,
            @DefaultValue("256") int maxQueued,
            @Nullable DataSize kvCache,
            @DefaultValue("1048576") int maxQueuedTokens,
            @DefaultValue("256") int maxBatchTokens,
            @DefaultValue("100ms") Duration interTokenTarget,
            @DefaultValue("0ms") Duration gatherWait,
            @DefaultValue("5s") Duration agingInterval,
            @DefaultValue("0") int speculativeTokens,
            @DefaultValue("true") boolean prefixCache,
            @DefaultValue("bf16") KvType kvType) {
        /** @throws IllegalArgumentException naming the setting that is out of range */
        public Engine {
            require(threads >= 0, "stoa.engine.threads must not be negative");
            require(contextLength >= 0, "stoa.engine.context-length must not be negative");
            require(maxRunning >= 1, "stoa.engine.max-running must be at least 1");
            require(maxQueued >= 0, "stoa.engine.max-queued must not be negative");
            require(
                    kvCache == null || kvCache.toBytes() >= JvmPlan.KV_BYTES_MIN,
                    "stoa.engine.kv-cache must be at least 64MB");
            require(maxQueuedTokens >= 1, "stoa.engine.max-queued-tokens must be at least 1");
            require(maxBatchTokens >= 1, "stoa.engine.max-batch-tokens must be at least 1");
            require(interTokenTarget.isPositive(), "stoa.engine.inter-token-target must be positive");
            require(!gatherWait.isNegative(), "stoa.engine.gather-wait must not be negative");
            require(agingInterval.isPositive(), "stoa.engine.aging-interval must be positive");
            require(
                    speculativeTokens >= 0 && speculativeTokens <= EngineOptions.SPECULATIVE_TOKENS_MAX,
                    "stoa.engine.speculative-tokens must be between 0 and " + EngineOptions.SPECULATIVE_TOKENS_MAX);
        }

        /** In the engine's own words. */
        public EngineOptions options(long kvCacheBytes) {
            EngineOptions defaults = EngineOptions.defaults();
            return new EngineOptions(
                    threads == 0 ? defaults.threads() : threads,
                    contextLength == 0 ? OptionalInt.empty() : OptionalInt.of(contextLength),
                    maxRunning,
                    maxQueued,
                    maxQueuedTokens,
                    kvCacheBytes,
                    kvType,
                    maxBatchTokens,
                    interTokenTarget,
                    gatherWait,
                    agingInterval,
                    speculativeTokens,
                    prefixCache);
        }
    }

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public StoaSettings {
        require(port >= 0 && port <= 65_535, "stoa.port must be 0 to 65535, where 0 takes any free port");
        require(!bind.isBlank(), "stoa.bind must name an address, such as 127.0.0.1 or 0.0.0.0");
        require(!model.isBlank(), "stoa.model must name a model; ./stoa models lists them");
    }

    /** The data folder, absolute. */
    public Path dataFolder() {
        return data.isBlank() ? Folders.data() : Folders.expand(data);
    }

    /** The model store's folder, absolute. */
    public Path modelsFolder() {
        return models.isBlank() ? dataFolder().resolve("models") : Folders.expand(models);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
