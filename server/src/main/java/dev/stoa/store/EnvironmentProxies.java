package dev.stoa.store;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY} (in either case)
 * name; where none is named, those of Java's own settings.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);
    private static final int PORT_IF_NONE = 80;

    private final Map<String, String> environment;
    private final @Nullable ProxySelector otherwise;

    EnvironmentProxies(Map<String, String> environment, @Nullable ProxySelector otherwise) {
        this.environment = Map.copyOf(environment);
        this.otherwise = otherwise;
    }

    @Override
    public List<Proxy> select(@Nullable URI uri) {
        if (uri == null || uri.getHost() == null) {
            return DIRECT;
        }
        String proxy = value(uri.getScheme() + "_proxy");
        proxy = proxy.isEmpty() ? value("all_proxy") : proxy;
        if (proxy.isEmpty()) {
            return otherwise == null ? DIRECT : otherwise.select(uri);
        }
        return excluded(uri.getHost()) ? DIRECT : List.of(new Proxy(Proxy.Type.HTTP, address(proxy)));
    }

    @Override
    public void connectFailed(@Nullable URI uri, @Nullable SocketAddress address, @Nullable IOException failure) {
        // The client reports the failure to its caller; there is no second proxy to turn to.
    }

    private boolean excluded(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return Arrays.stream(value("no_proxy").toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(entry -> entry.startsWith("*.") ? entry.substring(1) : entry)
                .anyMatch(entry -> entry.equals("*")
                        || name.equals(entry.startsWith(".") ? entry.substring(1) : entry)
                        || name.endsWith(entry.startsWith(".") ? entry : "." + entry));
    }

    private static InetSocketAddress address(String proxy) {
        try {
            URI uri = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
            if (uri.getHost() != null) {
                return new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? PORT_IF_NONE : uri.getPort());
            }
        } catch (IllegalArgumentException e) {
            throw new StoreException(StoreException.Kind.INVALID, "The proxy set in the environment is no address.", e);
        }
        throw new StoreException(StoreException.Kind.INVALID, "The proxy set in the environment is no address.");
    }

    private String value(String name) {
        String lower = environment.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        return (lower.isBlank() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : lower).strip();
    }
}
