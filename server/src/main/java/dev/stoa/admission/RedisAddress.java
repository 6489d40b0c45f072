package dev.stoa.admission;

import dev.stoa.operations.OperatorException;
import dev.stoa.shared.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;

/** Where Redis answers and how it is spoken to; apart from the settings, so that Jedis is loaded only where it is used. */
record RedisAddress(HostAndPort place, DefaultJedisClientConfig client) {
    private static final int PORT = 6379;
    private static final String CLIENT_NAME = "stoa";

    /** @throws OperatorException if something of it is malformed or can't be read; says no password */
    static RedisAddress of(RedisSettings settings) {
        URI uri = uri(settings.url());
        HostAndPort place = new HostAndPort(uri.getHost(), uri.getPort() < 0 ? PORT : uri.getPort());
        return new RedisAddress(place, client(uri, settings));
    }

    private static DefaultJedisClientConfig client(URI uri, RedisSettings settings) {
        DefaultJedisClientConfig.Builder builder = DefaultJedisClientConfig.builder()
                .clientName(CLIENT_NAME)
                .connectionTimeoutMillis((int) settings.timeout().toMillis())
                .socketTimeoutMillis((int) settings.timeout().toMillis())
                .database(database(uri));
        String[] login = uri.getRawUserInfo() == null
                ? new String[0]
                : uri.getRawUserInfo().split(":", 2);
        if (login.length > 0 && !login[0].isEmpty()) {
            builder.user(decode(login[0]));
        }
        String password = password(login.length > 1 ? decode(login[1]) : "", settings.passwordFile());
        if (!password.isEmpty()) {
            builder.password(password);
        }
        if (uri.getScheme().equals("rediss")) {
            SSLParameters parameters = new SSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            builder.ssl(true).sslParameters(parameters);
            SSLContext trust = trust(settings.caFile());
            if (trust != null) {
                builder.sslSocketFactory(trust.getSocketFactory());
            }
        }
        return builder.build();
    }

    private static URI uri(String url) {
        if (url.isBlank()) {
            throw new OperatorException("limits.store is redis, and redis.url (STOA_REDIS_URL) is not set."
                    + " Like this: rediss://user:password@host:6379/0");
        }
        try {
            URI uri = new URI(url.strip());
            if (uri.getHost() == null || !("redis".equals(uri.getScheme()) || "rediss".equals(uri.getScheme()))) {
                throw malformed("it must begin with redis:// or rediss:// and name a host");
            }
            return uri;
        } catch (URISyntaxException e) {
            // Not the exception's own message: it repeats the address, and with it the password.
            throw malformed("special characters in name and password must be percent-encoded");
        }
    }

    private static int database(URI uri) {
        String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
        if (path.isEmpty()) {
            return 0;
        }
        if (!path.matches("\\d{1,4}")) {
            throw malformed("after the slash comes the number of a database");
        }
        return Integer.parseInt(path);
    }

    private static OperatorException malformed(String why) {
        return new OperatorException("The address in redis.url (STOA_REDIS_URL) is malformed: " + why
                + ". Like this: rediss://user:password@host:6379/0");
    }

    private static String decode(String text) {
        // URLDecoder is for forms, where a plus is a space; here it is itself.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String password(String given, String passwordFile) {
        if (passwordFile.isBlank()) {
            return given;
        }
        if (!given.isEmpty()) {
            throw new OperatorException("redis.url has a password and redis.password-file is set: keep one.");
        }
        try {
            return Files.readString(Folders.expand(passwordFile)).strip();
        } catch (IOException e) {
            throw new OperatorException("The password of Redis can't be read from " + passwordFile + ".", e);
        }
    }

    private static @Nullable SSLContext trust(String caFile) {
        if (caFile.isBlank()) {
            return null;
        }
        try (InputStream pem = Files.newInputStream(Folders.expand(caFile))) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("ca-" + store.size(), each);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new OperatorException(
                    "redis.ca-file: no certificates in PEM can be read from " + caFile + ": " + e.getMessage(), e);
        }
    }
}
