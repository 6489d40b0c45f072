package dev.stoa.inference.upstream;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an upstream's fault is to the caller. The caller's own mistakes keep the upstream's words; a want of capacity
 * there is one here, with its {@code Retry-After}; everything else, wrong keys among it, is this server's fault.
 */
final class UpstreamFaults {
    /** Where the upstream names no time. */
    private static final Duration RETRY = Duration.ofSeconds(5);
    /** An upstream that says "tomorrow" is not believed. */
    private static final Duration RETRY_MAX = Duration.ofHours(1);

    private static final int MESSAGE_MAX = 500;
    private static final JsonMapper JSON = new JsonMapper();

    private UpstreamFaults() {}

    /** Of a response that is no answer. */
    static StoaException of(int status, HttpHeaders headers, String body, Clock clock) {
        String words = words(body);
        return switch (status) {
            case 400, 413, 422 ->
                new StoaException(
                        status == 413 ? ErrorKind.TOO_LARGE : ErrorKind.INVALID_REQUEST,
                        words.isEmpty() ? "The model does not take this request." : words);
            case 429, 502, 503, 529 -> {
                Duration asked = retryAfter(headers, clock);
                yield new StoaException(
                        ErrorKind.OVERLOADED,
                        "The model's server has no room now; try again soon.",
                        asked == null ? RETRY : asked,
                        new UpstreamException(status, words, asked));
            }
            case 408, 504 ->
                new StoaException(
                        ErrorKind.TIMEOUT,
                        "The model's server took too long.",
                        null,
                        new UpstreamException(status, words));
            default ->
                new StoaException(
                        ErrorKind.INTERNAL,
                        "The model's server failed on this request.",
                        null,
                        new UpstreamException(status, words));
        };
    }

    /** Of an error event within a stream, by the protocol's type or code of it. */
    static StoaException inStream(JsonNode error) {
        String type = error.path("type").asString("");
        String code = error.path("code").asString("");
        String words = words(error.toString());
        if (type.equals("overloaded_error")
                || type.equals("rate_limit_error")
                || code.equals("529")
                || code.equals("503")) {
            return new StoaException(
                    ErrorKind.OVERLOADED,
                    "The model's server has no room now; try again soon.",
                    RETRY,
                    new UpstreamException(200, words));
        }
        if (type.equals("invalid_request_error") || type.equals("BadRequestError") || code.equals("400")) {
            return new StoaException(
                    ErrorKind.INVALID_REQUEST, words.isEmpty() ? "The model does not take this request." : words);
        }
        if (type.equals("timeout_error")) {
            return new StoaException(
                    ErrorKind.TIMEOUT, "The model's server took too long.", null, new UpstreamException(200, words));
        }
        return new StoaException(
                ErrorKind.INTERNAL,
                "The model's server failed on this request.",
                null,
                new UpstreamException(200, words));
    }

    /** It can't be reached, or could not be in time. */
    static StoaException unreachable(@Nullable Throwable cause) {
        return new StoaException(ErrorKind.OVERLOADED, "The model's server can't be reached now.", RETRY, cause);
    }

    /** It was reached, and then the connection ended too soon. */
    static StoaException brokenOff(@Nullable Throwable cause) {
        return new StoaException(ErrorKind.INTERNAL, "The model's server broke the answer off.", null, cause);
    }

    static StoaException silent(String phase, Duration limit) {
        return new StoaException(
                ErrorKind.TIMEOUT,
                "The model's server sent nothing for " + limit.toSeconds() + " seconds " + phase + ".");
    }

    /** What it sent is not the protocol. */
    static StoaException rubbish(String what, @Nullable Throwable cause) {
        return new StoaException(
                ErrorKind.INTERNAL,
                "The model's server sent something that is no answer.",
                null,
                new UpstreamException(200, cause == null ? what : what + ": " + cause.getMessage()));
    }

    /** The message within an error's body in either protocol's form, or the body itself; bounded, on one line. */
    private static String words(String body) {
        String found = body;
        try {
            JsonNode json = JSON.readTree(body);
            JsonNode error = json.has("error") ? json.get("error") : json;
            JsonNode message = error.isString() ? error : error.path("message");
            found = message.isString()
                    ? message.stringValue()
                    : json.path("detail").asString(body);
        } catch (JacksonException _) {
            // Not JSON: a proxy's page, perhaps.
        }
        String line = found.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= MESSAGE_MAX ? line : line.substring(0, MESSAGE_MAX) + "…";
    }

    /** Seconds or a date, RFC 9110 10.2.3; null if there is none that makes sense. */
    private static @Nullable Duration retryAfter(HttpHeaders headers, Clock clock) {
        String value = headers.firstValue("retry-after").orElse("").strip();
        Duration wait;
        if (value.matches("\\d{1,9}")) {
            wait = Duration.ofSeconds(Long.parseLong(value));
        } else {
            try {
                wait = Duration.between(
                        clock.instant(),
                        ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT)));
            } catch (DateTimeException _) {
                return null;
            }
        }
        Duration least = wait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wait;
        return least.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : least;
    }
}
