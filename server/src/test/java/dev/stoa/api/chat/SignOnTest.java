package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.People;
import dev.stoa.identity.Role;
import dev.stoa.identity.oidc.OidcIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Single sign-on over HTTP, with a provider that signs what it says and holds its client to the flow. */
class SignOnTest {
    private static final String CALLBACK = "/api/session/sign-on/callback";
    private static final String IN = "/";

    private final OidcIssuer issuer = OidcIssuer.start();
    private ChatServer server;
    private ChatClient browser;

    @BeforeEach
    void start() {
        server = serve("--stoa.oidc.name=Example");
        browser = new ChatClient(server, "");
    }

    @AfterEach
    void stop() {
        server.close();
        issuer.close();
    }

    private void restart(String... settings) {
        server.close();
        server = serve(settings);
        browser = new ChatClient(server, "");
    }

    private ChatServer serve(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "--server.forward-headers-strategy=native",
                "--stoa.oidc.issuer=" + issuer.name(),
                "--stoa.oidc.client-id=" + OidcIssuer.CLIENT,
                "--stoa.oidc.client-secret=" + OidcIssuer.SECRET));
        all.addAll(List.of(settings));
        return ChatServer.start(all.toArray(String[]::new));
    }

    /** A way through the provider. */
    private record Way(String place, Map<String, String> cookies) {
        Map<String, String> session() {
            return new HashMap<>(Map.of(
                    "Cookie", "stoa_session=" + cookies.getOrDefault("stoa_session", ""), "X-Stoa-Client", "web"));
        }
    }

    private Way comeIn() {
        return comeIn("{}");
    }

    private Way comeIn(String body) {
        return goOn(browser.post("/api/session/sign-on", body));
    }

    private Way goOn(Answer begun) {
        String there = leave(begun);
        return back(there.substring(there.indexOf('?')), cookies(begun));
    }

    /** @return where the provider sends the browser */
    private String leave(Answer begun) {
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(200);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Void> answer = http.send(
                    HttpRequest.newBuilder(
                                    URI.create(begun.body().get("location").asString()))
                            .build(),
                    BodyHandlers.discarding());
            String there = answer.headers().firstValue("location").orElseThrow();
            assertThat(there).startsWith("http://localhost:" + server.port() + CALLBACK + "?");
            return there;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Way back(String query, Map<String, String> cookies) {
        Answer answer = browser.send(
                "GET",
                CALLBACK + query,
                null,
                Map.of("Cookie", "stoa_sign_on=" + cookies.getOrDefault("stoa_sign_on", "")));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(302);
        return new Way(answer.raw().headers().firstValue("location").orElseThrow(), cookies(answer));
    }

    private static Map<String, String> cookies(Answer answer) {
        Map<String, String> cookies = new HashMap<>();
        for (String set : answer.raw().headers().allValues("set-cookie")) {
            String pair = set.substring(0, set.indexOf(';'));
            cookies.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return cookies;
    }

    private JsonNode member(Way way) {
        assertThat(way.place()).isEqualTo(IN);
        return browser.send("GET", "/api/session", null, way.session()).body().get("member");
    }

    private void assertRefused(String reason, Way way) {
        assertThat(way.place()).isEqualTo("/#/sign-on/" + reason);
        assertThat(way.cookies()).doesNotContainKey("stoa_session");
    }

    private Caller operator() {
        return server.bean(Identity.class).authenticate(server.key());
    }

    private String invite(@Nullable String email, Role role) {
        return server.bean(People.class)
                .invite(operator(), email, role, Duration.ofDays(1))
                .secret();
    }

    private void be(String subject, @Nullable String email, boolean verified) {
        issuer.person = email == null
                ? Map.of("sub", subject, "name", "Name of " + subject)
                : Map.of("sub", subject, "name", "Name of " + subject, "email", email, "email_verified", verified);
    }

    @Test
    void whoeverIsInvitedComesInAndIsTheSameTheNextTime() {
        assertThat(browser.get("/api/session/options")
                        .body()
                        .get("sign_on")
                        .get("name")
                        .asString())
                .isEqualTo("Example");
        be("ada", "ada@example.org", true);
        assertRefused("not-invited", comeIn());
        invite("Ada@example.org", Role.DEVELOPER);
        be("ada", "ada@example.org", false);
        assertRefused("not-invited", comeIn());
        be("ada", "ada@example.org", true);
        JsonNode first = member(comeIn());
        assertThat(first.get("role").asString()).isEqualTo("developer");
        assertThat(first.get("email").asString()).isEqualTo("ada@example.org");
        // Another address, the same subject.
        be("ada", "countess@example.org", true);
        assertThat(member(comeIn())).isEqualTo(first);
        // The same address, another subject: not hers.
        be("mallory", "ada@example.org", true);
        assertRefused("taken", comeIn());
    }

    @Test
    void aLinkLetsInWhoeverHasIt() {
        String secret = invite(null, Role.USER);
        be("grace", null, false);
        assertThat(member(comeIn("{\"link\":\"" + secret + "\"}")).get("name").asString())
                .isEqualTo("Name of grace");
        be("another", null, false);
        assertRefused("not-invited", comeIn("{\"link\":\"" + secret + "\"}"));
        assertRefused("not-invited", comeIn("{\"link\":\"nonsense\"}"));
    }

    @Test
    void anOpenHouseTakesWhomDomainAndClaimAllow() {
        restart(
                "--stoa.oidc.first-login=open",
                "--stoa.oidc.allowed-domains=example.org",
                "--stoa.oidc.claim=groups",
                "--stoa.oidc.claim-values=stoa,admins");
        be("ada", "ada@example.org", true);
        assertRefused("not-allowed", comeIn());
        Map<String, Object> good = new HashMap<>(issuer.person);
        good.put("groups", List.of("x", "stoa"));
        issuer.person = good;
        Way ada = comeIn();
        assertThat(member(ada).get("role").asString()).isEqualTo("user");
        Map<String, Object> elsewhere = new HashMap<>(good);
        elsewhere.putAll(Map.of("sub", "eve", "email", "eve@example.org.evil.example"));
        issuer.person = elsewhere;
        assertRefused("not-allowed", comeIn());
        elsewhere.putAll(Map.of("email", "eve@example.org", "email_verified", false));
        assertRefused("not-allowed", comeIn());

        // Who leaves the group stays out, and who is removed stays out, though the house is open.
        issuer.person = Map.of("sub", "ada", "email", "ada@example.org", "email_verified", true);
        assertRefused("not-allowed", comeIn());
        issuer.person = good;
        UUID id = UUID.fromString(member(ada).get("id").asString());
        server.bean(People.class).remove(operator(), id);
        assertRefused("not-allowed", comeIn());
        invite("ada@example.org", Role.USER);
        assertThat(member(comeIn()).get("id").asString()).isNotEqualTo(id.toString());
    }

    @Test
    void anAccountIsLinkedFromWithinOnly() {
        Answer setUp = browser.post(
                "/api/session/setup",
                "{\"key\":\"%s\",\"name\":\"Ada\",\"email\":\"ada@example.org\",\"password\":\"three blue herons wade\"}"
                        .formatted(server.key()));
        Way own = new Way(IN, cookies(setUp));
        be("ada", "ada@example.org", true);
        assertRefused("taken", comeIn());
        Way linked = goOn(browser.send("POST", "/api/account/sign-ons", null, own.session()));
        assertThat(linked.place()).isEqualTo("/#/sign-on/linked");
        assertThat(linked.cookies()).doesNotContainKey("stoa_session");
        Way signedIn = comeIn();
        assertThat(member(signedIn).get("role").asString()).isEqualTo("operator");

        JsonNode signOn = browser.send("GET", "/api/account/sign-ons", null, own.session())
                .body()
                .get("sign_ons")
                .get(0);
        assertThat(signOn.get("label").asString()).isEqualTo("ada@example.org");
        String path = "/api/account/sign-ons/" + signOn.get("id").asString();
        assertThat(browser.send("DELETE", path, null, own.session()).status()).isEqualTo(204);
        // What it opened is closed.
        assertThat(browser.send("GET", "/api/session", null, signedIn.session()).status())
                .isEqualTo(401);
        assertThat(browser.send("GET", "/api/session", null, own.session()).status())
                .isEqualTo(200);
        assertThat(new ChatClient(server, server.key())
                        .post("/api/account/sign-ons", "{}")
                        .errorType())
                .isEqualTo("permission");
    }

    @Test
    void theOnlyWayInIsNotClosed() {
        be("grace", null, false);
        Way grace = comeIn("{\"link\":\"" + invite(null, Role.USER) + "\"}");
        String id = browser.send("GET", "/api/account/sign-ons", null, grace.session())
                .body()
                .get("sign_ons")
                .get(0)
                .get("id")
                .asString();
        assertThat(browser.send("DELETE", "/api/account/sign-ons/" + id, null, grace.session())
                        .errorType())
                .isEqualTo("conflict");
        // Another member's account is not linked with what is Grace's.
        be("grace", null, false);
        assertRefused("taken", goOn(browser.send("POST", "/api/account/sign-ons", null, second().session())));
    }

    private Way second() {
        Answer joined = browser.post(
                "/api/links/" + invite("linus@example.org", Role.USER),
                "{\"name\":\"Linus\",\"password\":\"four brown owls hooting\"}");
        return new Way(IN, cookies(joined));
    }

    @Test
    void aTokenThatIsNotAsItMustBeOpensNothing() {
        restart("--stoa.oidc.first-login=open");
        for (UnaryOperator<com.nimbusds.jwt.JWTClaimsSet.Builder> spoiled :
                List.<UnaryOperator<com.nimbusds.jwt.JWTClaimsSet.Builder>>of(
                        claims -> claims.claim("nonce", "another"),
                        claims -> claims.claim("nonce", null),
                        claims -> claims.audience("another"),
                        claims -> claims.audience(List.of(OidcIssuer.CLIENT, "another")),
                        claims -> claims.audience(List.of(OidcIssuer.CLIENT, "another"))
                                .claim("azp", "another"),
                        claims -> claims.issuer("https://another.example"),
                        claims -> claims.subject(null),
                        claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(120))),
                        claims -> claims.expirationTime(null))) {
            issuer.spoil = spoiled;
            assertRefused("refused", comeIn());
        }
        issuer.spoil = UnaryOperator.identity();
        issuer.signingKey = OidcIssuer.newKey();
        assertRefused("refused", comeIn());
    }

    @Test
    void aWayIsGoneOnceByTheBrowserThatBeganIt() {
        restart("--stoa.oidc.first-login=open");
        Answer begun = browser.post("/api/session/sign-on", "{}");
        String query = leave(begun);
        query = query.substring(query.indexOf('?'));
        assertRefused("expired", back(query, Map.of()));
        assertRefused("expired", back(query, Map.of("stoa_sign_on", "another")));
        assertRefused("refused", back(query.replaceFirst("iss=[^&]*", "iss=https://another.example"), cookies(begun)));
        assertRefused("expired", back(query, cookies(begun)));

        Answer denied = browser.post("/api/session/sign-on", "{}");
        assertRefused(
                "denied", back("?error=access_denied&state=" + cookies(denied).get("stoa_sign_on"), cookies(denied)));
        assertThat(member(comeIn()).get("name").asString()).isEqualTo("Ada");
        assertRefused("expired", back("", Map.of()));
    }

    @Test
    void withoutAProviderThereIsAWordForIt() {
        issuer.away = true;
        assertThat(browser.post("/api/session/sign-on", "{}").errorType()).isEqualTo("overloaded");
        issuer.away = false;
        Answer begun = browser.post("/api/session/sign-on", "{}");
        String there = leave(begun);
        issuer.away = true;
        assertRefused("unavailable", back(there.substring(there.indexOf('?')), cookies(begun)));
        server.close();
        server = ChatServer.start();
        browser = new ChatClient(server, "");
        assertThat(browser.post("/api/session/sign-on", "{}").status()).isEqualTo(404);
        assertThat(browser.get("/api/session/options").body().get("sign_on").isNull())
                .isTrue();
    }

    @Test
    void signingOutGoesOnToTheProviderWhereItIsSaid() {
        restart("--stoa.oidc.first-login=open", "--stoa.oidc.sign-out=provider");
        Way way = comeIn();
        Answer out = browser.send("DELETE", "/api/session", null, way.session());
        assertThat(out.status()).isEqualTo(200);
        assertThat(out.body().get("location").asString())
                .startsWith(issuer.name() + "/end?")
                .contains("client_id=stoa");
        assertThat(browser.send("GET", "/api/session", null, way.session()).status())
                .isEqualTo(401);
    }
}
