package dev.stoa.identity.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The provider: where to send a person, and whom a code stands for.
 *
 * <p>Its configuration is read when it is first needed and again each hour, so that a provider that is away holds up no
 * start; its keys as they change. What it sends is bounded in size and time. Thread-safe.
 */
@Component
public final class OidcProvider {
    private static final Duration DISCOVERY_LIFE = Duration.ofHours(1);
    /** Discovery documents have some kilobytes, token answers some tens. */
    private static final int ANSWER_BYTES_MAX = 1_000_000;
    /** How far the provider's clock may be from ours. */
    private static final int CLOCK_SKEW_SECONDS = 60;

    private record Known(Discovery discovery, JWKSource<SecurityContext> keys, Instant readAt) {}

    private final OidcSettings settings;
    private final String secret;
    private final Clock clock;
    private final HttpClient http;
    private volatile @Nullable Known known;

    OidcProvider(OidcSettings settings, Clock clock) {
        this.settings = settings;
        this.secret = settings.secret();
        this.clock = clock;
        this.http = HttpClient.newBuilder().connectTimeout(settings.timeout()).build();
    }

    /**
     * Where a person proves who they are.
     *
     * @param redirect where the provider sends them back to
     * @param verifier of which the provider gets the hash, to ask for the verifier itself when the code is redeemed
     */
    public URI authorization(String redirect, String state, String nonce, String verifier) throws OidcException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", settings.clientId());
        query.put("redirect_uri", redirect);
        query.put("scope", String.join(" ", settings.scopes()));
        query.put("state", state);
        query.put("nonce", nonce);
        query.put("code_challenge", challenge(verifier));
        query.put("code_challenge_method", "S256");
        return with(known().discovery().authorization(), query);
    }

    /**
     * Redeems a code.
     *
     * @throws OidcException if the provider refuses it, or anything about the ID token is not as it must be
     */
    public OidcPerson person(String code, String redirect, String verifier, String nonce) throws OidcException {
        Known provider = known();
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirect);
        form.put("code_verifier", verifier);
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        provider.discovery().token())
                .header("Content-Type", "application/x-www-form-urlencoded");
        if (secret.isEmpty()) {
            form.put("client_id", settings.clientId());
        } else if (provider.discovery().secretInHeader()) {
            String pair = encoded(settings.clientId()) + ":" + encoded(secret);
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        } else {
            form.put("client_id", settings.clientId());
            form.put("client_secret", secret);
        }
        Map<String, Object> answer = send(request.POST(BodyPublishers.ofString(query(form))));
        if (!(answer.get("id_token") instanceof String token)) {
            throw OidcException.refused("the provider gives no ID token: " + answer.get("error"), null);
        }
        return person(token, provider, nonce);
    }

    private OidcPerson person(String token, Known provider, String nonce) throws OidcException {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(provider.discovery().algorithms(), provider.keys()));
        var verifier =
                new DefaultJWTClaimsVerifier<>(
                        settings.clientId(),
                        new JWTClaimsSet.Builder()
                                .issuer(settings.issuer())
                                .claim("nonce", nonce)
                                .build(),
                        Set.of("sub", "iat", "exp")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        verifier.setMaxClockSkew(CLOCK_SKEW_SECONDS);
        processor.setJWTClaimsSetVerifier(verifier);
        try {
            JWTClaimsSet claims = processor.process(token, null);
            Object party = claims.getClaim("azp");
            if (party == null ? claims.getAudience().size() > 1 : !party.equals(settings.clientId())) {
                throw OidcException.refused("the ID token is for another client", null);
            }
            return person(claims);
        } catch (ParseException | BadJOSEException e) {
            throw OidcException.refused("the ID token is not good: " + e.getMessage(), e);
        } catch (JOSEException e) {
            throw OidcException.unavailable("the ID token can't be checked: " + e.getMessage(), e);
        }
    }

    private OidcPerson person(JWTClaimsSet claims) throws ParseException {
        // Some providers write the Boolean as text.
        boolean verified = "true".equals(String.valueOf(claims.getClaim("email_verified")));
        return new OidcPerson(
                settings.issuer(),
                claims.getSubject(),
                verified ? claims.getStringClaim("email") : null,
                claims.getStringClaim("name"),
                claims.getClaims());
    }

    /**
     * Where a person is signed out at the provider.
     *
     * @param back where the provider sends them afterwards
     * @return null where the provider has no such place
     */
    public @Nullable URI endSession(String back) throws OidcException {
        URI place = known().discovery().endSession();
        return place == null
                ? null
                : with(place, Map.of("client_id", settings.clientId(), "post_logout_redirect_uri", back));
    }

    private Known known() throws OidcException {
        Known now = known;
        Instant time = clock.instant();
        if (now != null && now.readAt().plus(DISCOVERY_LIFE).isAfter(time)) {
            return now;
        }
        try {
            String issuer = settings.issuer();
            String below = issuer.endsWith("/") ? issuer : issuer + "/";
            Discovery discovery = Discovery.of(
                    send(HttpRequest.newBuilder(URI.create(below + ".well-known/openid-configuration"))), issuer);
            Known fresh = new Known(discovery, keys(discovery.keys(), now), time);
            known = fresh;
            return fresh;
        } catch (OidcException e) {
            if (now != null) {
                return now;
            }
            throw e;
        }
    }

    /** The same source while the address is the same, as it remembers keys. */
    private JWKSource<SecurityContext> keys(URI place, @Nullable Known before) throws OidcException {
        if (before != null && before.discovery().keys().equals(place)) {
            return before.keys();
        }
        int wait = Math.toIntExact(settings.timeout().toMillis());
        try {
            return JWKSourceBuilder.create(place.toURL(), new DefaultResourceRetriever(wait, wait, ANSWER_BYTES_MAX))
                    .refreshAheadCache(false)
                    .build();
        } catch (IOException e) {
            throw OidcException.unavailable("the provider's keys have no address: " + place, e);
        }
    }

    /** @return the answer's JSON, also of a refusal */
    private Map<String, Object> send(HttpRequest.Builder request) throws OidcException {
        HttpRequest made = request.timeout(settings.timeout())
                .header("Accept", "application/json")
                .build();
        try {
            HttpResponse<InputStream> answer = http.send(made, BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(ANSWER_BYTES_MAX + 1);
                if (bytes.length > ANSWER_BYTES_MAX) {
                    throw OidcException.unavailable("the answer of " + made.uri() + " is too long", null);
                }
                return Objects.requireNonNull(
                        JSONObjectUtils.parse(new String(bytes, StandardCharsets.UTF_8)), "no object");
            } catch (ParseException | NullPointerException e) {
                throw OidcException.unavailable(made.uri() + " answers " + answer.statusCode() + " and no JSON", e);
            }
        } catch (IOException e) {
            throw OidcException.unavailable(made.uri() + " can't be reached: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OidcException.unavailable("interrupted", e);
        }
    }

    private static URI with(URI place, Map<String, String> query) {
        return URI.create(place + (place.getRawQuery() == null ? "?" : "&") + query(query));
    }

    private static String query(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** RFC 7636, S256. */
    private static String challenge(String verifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
