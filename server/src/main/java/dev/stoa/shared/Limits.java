package dev.stoa.shared;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

/**
 * Every bound of the service, each a setting {@code stoa.limits.*} with its default and the reason for it.
 *
 * @param messagesBody largest body of a Messages request: the protocol's own 32 MB
 * @param jsonDepth deepest nesting of a JSON body: tool schemas nest some twenty deep, an attack thousands
 * @param documents documents that one request may have read from PDFs and kept files: each may cost a process of its own
 * @param documentText UTF-16 code units of all documents and search results of a request together: more than any local
 *     model's window holds, and what they take in memory while it runs
 * @param inFlight requests on their way at once over all callers: each holds a thread, a prompt and a place in the
 *     engine's queue, so more than some hundreds only wait there; for upstreams more are of use, and the heap is
 *     planned for them
 * @param inFlightPerKey requests on their way at once of one key, so that one caller can't fill the house
 * @param requestsPerMinute requests that one key may begin within any minute: far above any person and most programs,
 *     low enough to stop a loop gone wild
 * @param inputTokensPerMinute tokens of prompts that one key may send within any minute; 0 for no bound, as what the
 *     engine can do bounds them already
 * @param outputTokensPerMinute tokens that may be written for one key within any minute; 0 for no bound
 * @param store what counts limits for all servers together; {@code redis} wants {@code stoa.redis.url}
 * @param limitStoreWait how long a request waits for its limits to be counted: a healthy store takes a millisecond
 * @param openWithoutLimitStore whether, while that store is away, this server counts for itself (so that several let
 *     through several times as much) instead of refusing all
 * @param requestTime longest life of a request: a client that waits longer has long given up
 * @param drain how long running requests may go on after the server was told to stop, under the 30 s after which
 *     service managers kill
 * @param pingInterval longest silence in a stream: proxies cut idle connections after 30 to 60 s
 * @param clientCheck how often a request looks whether its client is still connected; a write that fails tells it sooner
 * @param usageQueue ledger entries that wait for the database: some minutes of outage at a busy server's rate; when it
 *     is full, requests wait to settle and so hold their place
 * @param usageBatch most ledger entries written in one statement
 * @param safetyWindow most characters held back for regular expressions of the safety policy; a longer match is still
 *     stopped, but its beginning may have left
 * @param engineStall how long the engine may make no step with work waiting before it counts as unhealthy: the longest
 *     step seen on a slow machine with a long prompt is some seconds
 * @param priorityTier whether a request may go before those of others by asking for it ({@code service_tier}): not where
 *     callers don't trust each other, as all of them may ask
 */
@ConfigurationProperties("stoa.limits")
public record Limits(
        @DefaultValue("32MB") DataSize messagesBody,
        @DefaultValue("64") int jsonDepth,
        @DefaultValue("100") int documents,
        @DefaultValue("1000000") int documentText,
        @DefaultValue("512") int inFlight,
        @DefaultValue("64") int inFlightPerKey,
        @DefaultValue("1000") int requestsPerMinute,
        @DefaultValue("0") long inputTokensPerMinute,
        @DefaultValue("0") long outputTokensPerMinute,
        @DefaultValue("postgres") Store store,
        @DefaultValue("2s") Duration limitStoreWait,
        @DefaultValue("true") boolean openWithoutLimitStore,
        @DefaultValue("10m") Duration requestTime,
        @DefaultValue("20s") Duration drain,
        @DefaultValue("10s") Duration pingInterval,
        @DefaultValue("1s") Duration clientCheck,
        @DefaultValue("10000") int usageQueue,
        @DefaultValue("500") int usageBatch,
        @DefaultValue("200") int safetyWindow,
        @DefaultValue("60s") Duration engineStall,
        @DefaultValue("false") boolean priorityTier) {

    /** What counts for all servers together. */
    public enum Store {
        POSTGRES,
        REDIS
    }

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public Limits {
        positive(messagesBody.toBytes(), "messages-body");
        positive(jsonDepth, "json-depth");
        positive(documents, "documents");
        positive(documentText, "document-text");
        positive(inFlight, "in-flight");
        positive(inFlightPerKey, "in-flight-per-key");
        positive(requestsPerMinute, "requests-per-minute");
        notNegative(inputTokensPerMinute, "input-tokens-per-minute");
        notNegative(outputTokensPerMinute, "output-tokens-per-minute");
        positive(limitStoreWait.toMillis(), "limit-store-wait");
        positive(requestTime.toMillis(), "request-time");
        positive(pingInterval.toMillis(), "ping-interval");
        positive(clientCheck.toMillis(), "client-check");
        positive(usageQueue, "usage-queue");
        positive(usageBatch, "usage-batch");
        positive(safetyWindow, "safety-window");
        positive(engineStall.toMillis(), "engine-stall");
        if (drain.isNegative()) {
            throw new IllegalArgumentException("stoa.limits.drain must not be negative");
        }
        if (messagesBody.toBytes() > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException("stoa.limits.messages-body must be below 2 GB");
        }
    }

    /** What holds where nothing is set. */
    public static Limits defaults() {
        return new Binder(new MapConfigurationPropertySource()).bindOrCreate("stoa.limits", Limits.class);
    }

    private static void notNegative(long value, String name) {
        if (value < 0) {
            throw new IllegalArgumentException("stoa.limits." + name + " must not be negative");
        }
    }

    private static void positive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("stoa.limits." + name + " must be at least 1");
        }
    }
}
