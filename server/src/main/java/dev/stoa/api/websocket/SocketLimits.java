package dev.stoa.api.websocket;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Bounds of {@code /v1/ws}, {@code stoa.websocket.*}.
 *
 * @param connections open at once on this server: each holds a buffer for a message
 * @param requests of one connection at once; a key's own limits count them too
 * @param message the largest message from a client: some 250,000 tokens, a buffer of that size at worst
 * @param queued messages of one request that wait to be written; then its model waits
 * @param ping the longest silence before a ping is sent: proxies cut idle connections after 30 to 60 s
 * @param pongs pings without any sign of life after which the client counts as gone
 * @param idle how long a connection without requests is kept
 * @param paused how long a request may wait for its client to take more; then it is cancelled, as it holds a place
 * @param sendTimeout how long one message, or the handshake's answer, may take to be taken by the client's system, before
 *     it counts as gone
 */
@ConfigurationProperties("stoa.websocket")
public record SocketLimits(
        @DefaultValue("1000") int connections,
        @DefaultValue("32") int requests,
        @DefaultValue("4MB") DataSize message,
        @DefaultValue("16") int queued,
        @DefaultValue("20s") Duration ping,
        @DefaultValue("3") int pongs,
        @DefaultValue("10m") Duration idle,
        @DefaultValue("2m") Duration paused,
        @DefaultValue("60s") Duration sendTimeout) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public SocketLimits {
        require(connections >= 1, "connections must be at least 1");
        require(requests >= 1, "requests must be at least 1");
        require(message.toBytes() >= 1024 && message.toBytes() <= 1 << 30, "message must be 1KB to 1GB");
        require(queued >= 1, "queued must be at least 1");
        require(ping.isPositive(), "ping must be positive");
        require(pongs >= 1, "pongs must be at least 1");
        require(idle.isPositive(), "idle must be positive");
        require(paused.isPositive(), "paused must be positive");
        require(sendTimeout.isPositive(), "send-timeout must be positive");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException("stoa.websocket." + message);
        }
    }
}
