package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.identity.MovableClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Passkeys over HTTP, with real keys and real signatures; the browser's own are in {@code PasskeyBrowserTest}. */
class PasskeyTest {
    private final MovableClock clock = new MovableClock();
    private ChatServer server;
    private ChatClient browser;
    private SoftAuthenticator authenticator;
    private Map<String, String> signedIn;

    @BeforeEach
    void start() {
        server = ChatServer.start(clock, "--server.forward-headers-strategy=native", "--stoa.passkeys.per-member=2");
        browser = new ChatClient(server, "");
        authenticator = new SoftAuthenticator(origin());
        signedIn = cookie(browser.post(
                "/api/session/setup",
                "{\"key\":\"%s\",\"name\":\"Ada\",\"email\":\"ada@example.org\",\"password\":\"three blue herons wade\"}"
                        .formatted(server.key())));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String origin() {
        return "http://localhost:" + server.port();
    }

    private static Map<String, String> cookie(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        String set = answer.raw().headers().firstValue("set-cookie").orElseThrow();
        return new HashMap<>(Map.of("Cookie", set.substring(0, set.indexOf(';')), "X-Stoa-Client", "web"));
    }

    private JsonNode creation() {
        Answer options = browser.send("POST", "/api/account/passkey-options", null, signedIn);
        assertThat(options.status()).as(options.raw().body()).isEqualTo(200);
        return options.body().get("public_key");
    }

    private Answer register(String name, JsonNode credential) {
        return browser.send(
                "POST",
                "/api/account/passkeys",
                "{\"name\":\"%s\",\"credential\":%s}".formatted(name, credential),
                signedIn);
    }

    private JsonNode request() {
        return browser.post("/api/session/passkey/options", "{}").body().get("public_key");
    }

    private Answer signIn(JsonNode credential) {
        return browser.post("/api/session/passkey", "{\"credential\":" + credential + "}");
    }

    private void assertRefused(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(401);
        assertThat(answer.errorType()).isEqualTo("authentication");
        assertThat(answer.raw().headers().firstValue("set-cookie")).isEmpty();
    }

    @Test
    void aPasskeyIsMadeNamedUsedAndRemoved() {
        assertThat(browser.get("/api/session/options").body().get("origin").asString())
                .isEqualTo(origin());
        JsonNode options = creation();
        assertThat(options.get("rp").get("id").asString()).isEqualTo("localhost");
        assertThat(options.get("authenticatorSelection").get("userVerification").asString())
                .isEqualTo("required");
        Answer made = register("Phone", authenticator.create(options));
        assertThat(made.status()).as(made.raw().body()).isEqualTo(201);
        String id = made.body().get("id").asString();

        Answer opened = signIn(authenticator.get(request()));
        assertThat(opened.body().get("member").get("name").asString()).isEqualTo("Ada");
        assertThat(browser.send("GET", "/api/account", null, cookie(opened)).status())
                .isEqualTo(200);

        String path = "/api/account/passkeys/" + id;
        assertThat(browser.send("PATCH", path, "{\"name\":\"Key ring\"}", signedIn)
                        .status())
                .isEqualTo(200);
        assertThat(browser.send("PATCH", path, "{\"name\":\" \"}", signedIn).errorType())
                .isEqualTo("invalid_request");
        JsonNode listed = browser.send("GET", "/api/account/passkeys", null, signedIn)
                .body()
                .get("passkeys")
                .get(0);
        assertThat(listed.get("name").asString()).isEqualTo("Key ring");
        assertThat(listed.get("last_used_at").isNull()).isFalse();
        assertThat(browser.send("DELETE", path, null, signedIn).status()).isEqualTo(204);
        assertRefused(signIn(authenticator.get(request())));
        assertThat(browser.send("DELETE", path, null, signedIn).status()).isEqualTo(404);
    }

    @Test
    void whatIsNotAsItMustBeOpensNothing() {
        register("Phone", authenticator.create(creation()));
        JsonNode options = request();
        ObjectNode good = authenticator.get(options);

        authenticator.origin = "http://localhost:1";
        assertRefused(signIn(authenticator.get(request())));
        authenticator.origin = origin();
        authenticator.verified = false;
        assertRefused(signIn(authenticator.get(request())));
        authenticator.verified = true;
        ObjectNode forged = authenticator.get(request());
        ((ObjectNode) forged.get("response")).put("signature", "MAYCAQECAQE");
        assertRefused(signIn(forged));
        ObjectNode another = authenticator.get(request());
        ((ObjectNode) another.get("response")).put("userHandle", "AAAAAAAAAAAAAAAAAAAAAA");
        assertRefused(signIn(another));
        assertRefused(signIn(new SoftAuthenticator(origin()).get(request())));
        assertRefused(signIn(good.objectNode()));

        // Unused so far, and asked before all of those.
        assertThat(signIn(good).status()).isEqualTo(200);
        assertRefused(signIn(good));
        // Signed anew, but the same challenge.
        assertRefused(signIn(authenticator.get(options)));
    }

    @Test
    void aCounterThatGoesBackIsACopy() {
        register("Phone", authenticator.create(creation()));
        authenticator.counter = 7;
        assertThat(signIn(authenticator.get(request())).status()).isEqualTo(200);
        authenticator.counter = 7;
        assertRefused(signIn(authenticator.get(request())));
        authenticator.counter = 3;
        assertRefused(signIn(authenticator.get(request())));
        authenticator.counter = 8;
        assertThat(signIn(authenticator.get(request())).status()).isEqualTo(200);
    }

    @Test
    void aChallengeIsForOnePurposeAndNotForLong() {
        JsonNode options = creation();
        clock.advance(Duration.ofMinutes(5));
        assertThat(register("Late", authenticator.create(options)).errorType()).isEqualTo("invalid_request");
        assertThat(register("Phone", authenticator.create(creation())).status()).isEqualTo(201);

        ObjectNode forRegistering = creation().deepCopy().asObject();
        forRegistering.put("rpId", "localhost");
        assertRefused(signIn(authenticator.get(forRegistering)));
        JsonNode late = request();
        clock.advance(Duration.ofMinutes(5));
        assertRefused(signIn(authenticator.get(late)));
    }

    @Test
    void aPasskeyIsKeptOnceAndThereIsAnEndOfThem() {
        assertThat(register("Phone", authenticator.create(creation())).status()).isEqualTo(201);
        assertThat(creation().get("excludeCredentials")).hasSize(1);
        assertThat(register("Phone", authenticator.create(creation())).errorType())
                .isEqualTo("conflict");
        JsonNode early = creation();
        assertThat(register("Key", new SoftAuthenticator(origin()).create(creation()))
                        .status())
                .isEqualTo(201);
        assertThat(browser.send("POST", "/api/account/passkey-options", null, signedIn)
                        .errorType())
                .isEqualTo("conflict");
        assertThat(register("Third", new SoftAuthenticator(origin()).create(early))
                        .errorType())
                .isEqualTo("conflict");
    }

    @Test
    void aKeyMakesNoPasskeyAndGuessesAreCounted() {
        ChatClient program = new ChatClient(server, server.key());
        assertThat(program.post("/api/account/passkey-options", "{}").errorType())
                .isEqualTo("permission");
        Map<String, String> byKey = cookie(browser.post("/api/session", "{\"key\":\"" + server.key() + "\"}"));
        assertThat(browser.send("POST", "/api/account/passkey-options", null, byKey)
                        .errorType())
                .isEqualTo("permission");

        register("Phone", authenticator.create(creation()));
        JsonNode options = request();
        Map<String, String> guesser = Map.of("X-Forwarded-For", "192.0.2.77");
        for (int i = 0; i < 10; i++) {
            assertRefused(browser.send("POST", "/api/session/passkey", "{\"credential\":{}}", guesser));
        }
        assertThat(browser.send("POST", "/api/session/passkey", "{\"credential\":{}}", guesser)
                        .status())
                .isEqualTo(429);
        assertThat(signIn(authenticator.get(options)).status()).isEqualTo(200);
        for (int i = 0; i < 30; i++) {
            assertThat(browser.send("POST", "/api/session/passkey/options", null, guesser)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(browser.send("POST", "/api/session/passkey/options", null, guesser)
                        .status())
                .isEqualTo(429);
    }
}
