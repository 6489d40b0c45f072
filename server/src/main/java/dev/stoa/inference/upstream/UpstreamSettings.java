package dev.stoa.inference.upstream;

import dev.stoa.shared.CheckedSettings;
import dev.stoa.shared.Limits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Servers elsewhere that run models, {@code stoa.upstreams[]}; see docs/operating.md.
 *
 * @param upstreams none by default
 */
@ConfigurationProperties("stoa")
public record UpstreamSettings(@DefaultValue List<Upstream> upstreams) implements CheckedSettings {

    /** Which protocol an upstream speaks. */
    public enum Protocol {
        OPENAI,
        ANTHROPIC
    }

    /** What becomes of an answer whose client has left; see docs/decisions/0039. */
    public enum OnDisconnect {
        /** The upstream is told to stop at once; what it makes until it hears of it is not counted. */
        STOP,
        /** It is read to its end, within the same times, so that all that the upstream counts is counted here. */
        FINISH
    }

    /**
     * One server.
     *
     * @param name for logs and metrics
     * @param protocol what it speaks
     * @param url the protocol's base, up to and with {@code /v1}
     * @param key sent as its API key; empty sends none
     * @param keyFile a file that holds the key instead, read at the start
     * @param models what it runs
     * @param maxTokensField the name of the bound on an answer; OpenAI's newer models want {@code max_completion_tokens}
     * @param connectTimeout to reach it
     * @param firstTokenTimeout from the request to the first piece of the answer, its own queue included
     * @param idleTimeout between two pieces
     * @param lineMax longest line it may send
     * @param onDisconnect what becomes of an answer whose client has left
     */
    public record Upstream(
            String name,
            @DefaultValue("openai") Protocol protocol,
            URI url,
            @DefaultValue("") String key,
            @DefaultValue("") String keyFile,
            List<UpstreamModel> models,
            @DefaultValue("max_tokens") String maxTokensField,
            @DefaultValue("5s") Duration connectTimeout,
            @DefaultValue("120s") Duration firstTokenTimeout,
            @DefaultValue("30s") Duration idleTimeout,
            @DefaultValue("1MB") DataSize lineMax,
            @DefaultValue("stop") OnDisconnect onDisconnect) {
        /** @throws IllegalArgumentException saying what is missing or out of range */
        public Upstream {
            require(name != null && !name.isBlank(), "an upstream needs a name");
            require(
                    url != null
                            && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                            && url.getHost() != null,
                    "the upstream “" + name + "” needs a url of http or https");
            require(models != null && !models.isEmpty(), "the upstream “" + name + "” needs models");
            require(key.isEmpty() || keyFile.isEmpty(), "the upstream “" + name + "” has both key and key-file");
            require(connectTimeout.isPositive(), "connect-timeout must be positive");
            require(firstTokenTimeout.isPositive(), "first-token-timeout must be positive");
            require(idleTimeout.isPositive(), "idle-timeout must be positive");
            require(lineMax.toBytes() >= 1024 && lineMax.toBytes() <= 1 << 30, "line-max must be 1KB to 1GB");
            models = List.copyOf(models);
        }

        /** @throws IllegalArgumentException if the key's file can't be read */
        String secret() {
            if (keyFile.isEmpty()) {
                return key;
            }
            try {
                return Files.readString(Path.of(keyFile)).strip();
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "the key of the upstream “" + name + "” can't be read from " + keyFile, e);
            }
        }
    }

    /**
     * A model of an upstream.
     *
     * @param name here
     * @param upstreamName there; empty means the same
     * @param aliases other names here
     * @param contextLength the longest prompt plus answer in tokens, by which budgets are reserved
     * @param maxOutputTokens the longest answer; 0 where only the context bounds it
     */
    public record UpstreamModel(
            String name,
            @DefaultValue("") String upstreamName,
            @DefaultValue List<String> aliases,
            @DefaultValue("32768") int contextLength,
            @DefaultValue("0") int maxOutputTokens) {
        /** @throws IllegalArgumentException saying what is missing or out of range */
        public UpstreamModel {
            require(name != null && !name.isBlank(), "a model of an upstream needs a name");
            require(contextLength > 0, "context-length must be positive");
            require(maxOutputTokens >= 0, "max-output-tokens must not be negative");
            aliases = List.copyOf(aliases);
        }

        String nameThere() {
            return upstreamName.isEmpty() ? name : upstreamName;
        }
    }

    public UpstreamSettings {
        upstreams = List.copyOf(upstreams);
    }

    /** @throws IllegalArgumentException as {@link Upstreams} would */
    @Override
    public void check(Path dataFolder, Limits limits) {
        requireDistinctNames();
        upstreams.forEach(Upstream::secret);
    }

    void requireDistinctNames() {
        Set<String> names = new HashSet<>();
        upstreams.stream()
                .flatMap(upstream -> upstream.models().stream())
                .flatMap(model -> Stream.concat(Stream.of(model.name()), model.aliases().stream()))
                .filter(name -> !names.add(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("stoa.upstreams: two models are named “" + name + "”");
                });
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
