package dev.stoa.inference.routing;

import dev.stoa.inference.upstream.UpstreamSettings.OnDisconnect;
import dev.stoa.inference.upstream.UpstreamSettings.Protocol;
import java.net.URI;
import java.time.Duration;

/**
 * An upstream of the catalogue; its key lies sealed beside it. The parts mean what they do in
 * {@link dev.stoa.inference.upstream.UpstreamSettings.Upstream}.
 */
public record UpstreamServer(
        String name,
        Protocol protocol,
        URI url,
        String maxTokensField,
        Duration connectTimeout,
        Duration firstTokenTimeout,
        Duration idleTimeout,
        OnDisconnect onDisconnect) {
    /** What was written down before there was a choice has none. */
    public UpstreamServer {
        onDisconnect = onDisconnect == null ? OnDisconnect.STOP : onDisconnect;
    }
}
