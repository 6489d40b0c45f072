package dev.stoa.identity.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID Connect provider with a real key, for one client, at which everybody who comes is the person that the test has
 * set. It holds its client to the flow: the secret, the address to go back to, PKCE, each code once.
 */
public final class OidcIssuer implements AutoCloseable {
    public static final String CLIENT = "stoa";
    public static final String SECRET = "s+e/cret %";

    private record Grant(Map<String, String> asked) {}

    private final HttpServer server;
    private final RSAKey key = newKey();
    private final Map<String, Grant> codes = new ConcurrentHashMap<>();

    /** What the next ID tokens say of the person. */
    public volatile Map<String, Object> person = Map.of("sub", "ada", "name", "Ada");

    /** What a test spoils. */
    public volatile UnaryOperator<JWTClaimsSet.Builder> spoil = UnaryOperator.identity();

    public volatile RSAKey signingKey = key;
    public volatile Instant now = Instant.now();
    public volatile boolean away;

    private OidcIssuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/.well-known/openid-configuration", exchange -> json(exchange, 200, configuration()));
        server.createContext("/keys", exchange -> json(exchange, 200, new JWKSet(key.toPublicJWK()).toJSONObject()));
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.createContext(
                "/end", exchange -> redirect(exchange, query(exchange).get("post_logout_redirect_uri")));
    }

    public static OidcIssuer start() {
        OidcIssuer issuer = new OidcIssuer();
        issuer.server.start();
        return issuer;
    }

    /** By its address, so that to a page at localhost it is another site. */
    public String name() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, Object> configuration() {
        return Map.of(
                "issuer", name(),
                "authorization_endpoint", name() + "/authorize",
                "token_endpoint", name() + "/token",
                "jwks_uri", name() + "/keys",
                "end_session_endpoint", name() + "/end",
                "id_token_signing_alg_values_supported", List.of("RS256", "HS256", "none"));
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> asked = query(exchange);
        boolean good = "code".equals(asked.get("response_type"))
                && CLIENT.equals(asked.get("client_id"))
                && "S256".equals(asked.get("code_challenge_method"))
                && List.of(asked.getOrDefault("scope", "").split(" ")).contains("openid");
        if (!good) {
            json(exchange, 400, Map.of("error", "invalid_request"));
            return;
        }
        String code = UUID.randomUUID().toString();
        codes.put(code, new Grant(asked));
        redirect(
                exchange,
                asked.get("redirect_uri") + "?code=" + code + "&state=" + encoded(asked.get("state")) + "&iss="
                        + encoded(name()));
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = pairs(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Grant grant = codes.remove(form.getOrDefault("code", ""));
        String pair = Base64.getEncoder()
                .encodeToString((encoded(CLIENT) + ":" + encoded(SECRET)).getBytes(StandardCharsets.UTF_8));
        boolean client = ("Basic " + pair).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        Map<String, String> asked = grant == null ? Map.of() : grant.asked();
        boolean good = Objects.equals(asked.get("redirect_uri"), form.get("redirect_uri"))
                && challenge(form.getOrDefault("code_verifier", "")).equals(asked.get("code_challenge"));
        if (!client || !good) {
            json(exchange, 400, Map.of("error", client ? "invalid_grant" : "invalid_client"));
            return;
        }
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(name())
                .audience(CLIENT)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(Duration.ofMinutes(5))))
                .claim("nonce", asked.get("nonce"));
        person.forEach(claims::claim);
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(signingKey.getKeyID())
                            .build(),
                    spoil.apply(claims).build());
            token.sign(new RSASSASigner(signingKey));
            json(exchange, 200, Map.of("id_token", token.serialize(), "access_token", "x", "token_type", "Bearer"));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void json(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        byte[] bytes = JSONObjectUtils.toJSONString(body).getBytes(StandardCharsets.UTF_8);
        if (away) {
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void redirect(HttpExchange exchange, @Nullable String place) throws IOException {
        exchange.getResponseHeaders().set("Location", String.valueOf(place));
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private static Map<String, String> query(HttpExchange exchange) {
        return pairs(String.valueOf(exchange.getRequestURI().getRawQuery()));
    }

    private static Map<String, String> pairs(String text) {
        return Arrays.stream(text.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static String encoded(@Nullable String text) {
        return URLEncoder.encode(String.valueOf(text), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
