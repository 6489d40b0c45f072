package dev.stoa.identity;

import java.net.URI;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where people open the page, {@code stoa.public-url}: passkeys and single sign-on are bound to it. Never taken from what
 * a request says, as whoever asks could say anything.
 *
 * @param publicUrl scheme, host and port; empty means {@code http://localhost} and the port that the server listens on
 */
@ConfigurationProperties("stoa")
public record PublicAddress(@DefaultValue("") String publicUrl) {
    private static final String LOCAL = "localhost";

    /** @throws IllegalArgumentException if it is no such address */
    public PublicAddress {
        publicUrl = publicUrl.strip();
        if (!publicUrl.isEmpty()) {
            requireOrigin(publicUrl);
        }
    }

    private static void requireOrigin(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("stoa.public-url is no address: " + url, e);
        }
        boolean local = LOCAL.equals(uri.getHost());
        boolean bare = uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null
                && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
        // Browsers have passkeys for names only, and but for localhost over https only.
        if (uri.getHost() == null
                || !bare
                || !("https".equals(uri.getScheme()) || (local && "http".equals(uri.getScheme())))) {
            throw new IllegalArgumentException(
                    "stoa.public-url must be like https://stoa.example.org, or http://localhost:8420, and not " + url);
        }
    }

    /**
     * Scheme, host and port as browsers write an origin, without the scheme's own port.
     *
     * @param localPort that the server listens on
     */
    public String origin(int localPort) {
        if (publicUrl.isEmpty()) {
            return "http://" + LOCAL + (localPort == 80 ? "" : ":" + localPort);
        }
        URI uri = URI.create(publicUrl);
        int usual = "https".equals(uri.getScheme()) ? 443 : 80;
        boolean named = uri.getPort() >= 0 && uri.getPort() != usual;
        return uri.getScheme() + "://" + host() + (named ? ":" + uri.getPort() : "");
    }

    /** The name that passkeys are for. */
    public String host() {
        return publicUrl.isEmpty() ? LOCAL : URI.create(publicUrl).getHost().toLowerCase(Locale.ROOT);
    }
}
