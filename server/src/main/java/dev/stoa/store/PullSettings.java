package dev.stoa.store;

import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a pull reaches the world, and every limit of it.
 *
 * @param hub address of the Hugging Face hub or of a stand-in: {@code HF_ENDPOINT}
 * @param hubToken sent to the hub, and to nobody else: {@code HF_TOKEN}
 * @param connectTimeout for a connection; short, so that a start behind a firewall soon turns to the mirror
 * @param answerTimeout from the request to the answer's head
 * @param idleTimeout for the next byte of a body
 * @param retriesMax tries that bring no byte, after the first, before a pull gives up
 * @param retryDelay before the first retry; doubles with each, and a random half is taken off
 * @param retryDelayMax the longest wait, also where a server asks for more
 * @param redirectsMax for one request
 * @param mirrorTimeout for the mirror's tool to fetch one package
 * @param toolPath folders in which the mirror's tool is looked for: {@code PATH}
 */
public record PullSettings(
        URI hub,
        @Nullable String hubToken,
        Duration connectTimeout,
        Duration answerTimeout,
        Duration idleTimeout,
        int retriesMax,
        Duration retryDelay,
        Duration retryDelayMax,
        int redirectsMax,
        Duration mirrorTimeout,
        List<Path> toolPath) {

    private static final URI HUB = URI.create("https://huggingface.co");

    public PullSettings {
        toolPath = List.copyOf(toolPath);
    }

    /**
     * Five seconds to connect, twenty for an answer, thirty for the next byte, five retries from half a second to
     * fifteen.
     *
     * @throws StoreException INVALID if {@code HF_ENDPOINT} is no web address
     */
    public static PullSettings of(Map<String, String> environment) {
        String token = environment.getOrDefault("HF_TOKEN", "").strip();
        return new PullSettings(
                hub(environment.getOrDefault("HF_ENDPOINT", "").strip()),
                token.isEmpty() ? null : token,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                5,
                Duration.ofMillis(500),
                Duration.ofSeconds(15),
                8,
                Duration.ofMinutes(30),
                Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of)
                        .toList());
    }

    private static URI hub(String endpoint) {
        if (endpoint.isEmpty()) {
            return HUB;
        }
        try {
            URI uri = URI.create(endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    StoreException.Kind.INVALID, "HF_ENDPOINT is no web address: " + e.getMessage(), e);
        }
        throw new StoreException(StoreException.Kind.INVALID, "HF_ENDPOINT is no web address: " + endpoint);
    }
}
