package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The browser's way in: cookie, cross-site guards, sign-out, the limit on wrong keys, and the application's files. */
class SessionTest {
    private static ChatServer server;
    private static ChatClient browser;

    @BeforeAll
    static void start() {
        server = ChatServer.start("--server.forward-headers-strategy=native");
        browser = new ChatClient(server, "");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer signIn(String key, Map<String, String> headers) {
        return browser.send("POST", "/api/session", "{\"key\":\"" + key + "\"}", headers);
    }

    private static String setCookie(Answer answer) {
        return answer.raw().headers().firstValue("set-cookie").orElseThrow();
    }

    private static Map<String, String> with(String cookie, String... more) {
        Map<String, String> headers = new HashMap<>(Map.of("Cookie", cookie));
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    private static String newConversation() {
        return "{\"id\":\"" + UUID.randomUUID() + "\"}";
    }

    @Test
    void theCookieSignsInUntilItIsSignedOut() {
        Answer signedIn = signIn(server.key(), Map.of());
        assertThat(signedIn.status()).isEqualTo(200);
        assertThat(signedIn.body().get("member").get("name").asString()).isEqualTo("Operator");
        String attributes = setCookie(signedIn);
        assertThat(attributes)
                .startsWith("stoa_session=")
                .contains("; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=2592000")
                .doesNotContain("Secure");
        String cookie = attributes.substring(0, attributes.indexOf(';'));

        Answer session = browser.send("GET", "/api/session", null, with(cookie));
        assertThat(session.body()).isEqualTo(signedIn.body());
        assertThat(setCookie(session)).startsWith(cookie + ";");

        Answer out = browser.send("DELETE", "/api/session", null, with(cookie, "X-Stoa-Client", "web"));
        assertThat(out.status()).isEqualTo(204);
        assertThat(setCookie(out)).startsWith("stoa_session=;").contains("Max-Age=0");
        assertThat(browser.send("GET", "/api/session", null, with(cookie)).status())
                .isEqualTo(401);
    }

    @Test
    void theCookieIsSecureWhereTheProxySaysHttps() {
        assertThat(setCookie(signIn(server.key(), Map.of("X-Forwarded-Proto", "https"))))
                .contains("; Secure");
    }

    @Test
    void aWriteByCookieMustComeFromOurPage() {
        String attributes = setCookie(signIn(server.key(), Map.of()));
        String cookie = attributes.substring(0, attributes.indexOf(';'));
        String own = "http://127.0.0.1:" + server.port();
        Map<Map<String, String>, Integer> cases = Map.of(
                with(cookie), 403,
                with(cookie, "X-Stoa-Client", "other"), 403,
                with(cookie, "X-Stoa-Client", "web", "Sec-Fetch-Site", "cross-site"), 403,
                with(cookie, "X-Stoa-Client", "web", "Sec-Fetch-Site", "same-site"), 403,
                with(cookie, "X-Stoa-Client", "web", "Origin", "https://evil.example"), 403,
                with(cookie, "X-Stoa-Client", "web", "Origin", "null"), 403,
                with(cookie, "X-Stoa-Client", "web"), 201,
                with(cookie, "X-Stoa-Client", "web", "Origin", own), 201,
                with(cookie, "X-Stoa-Client", "web", "Sec-Fetch-Site", "same-origin"), 201);
        cases.forEach(
                (headers, status) -> assertThat(browser.send("POST", "/api/conversations", newConversation(), headers)
                                .status())
                        .as("%s", headers)
                        .isEqualTo(status));
        // A key is never sent by itself, so it needs no guard.
        ChatClient program = new ChatClient(server, server.key());
        assertThat(program.post("/api/conversations", newConversation()).status())
                .isEqualTo(201);
        assertThat(signIn(server.key(), Map.of("Sec-Fetch-Site", "cross-site")).status())
                .isEqualTo(403);
    }

    @Test
    void wrongKeysAreLimited() {
        // An address of its own, so that the other tests may sign in.
        Map<String, String> from = Map.of("X-Forwarded-For", "198.51.100.7");
        for (int i = 0; i < 10; i++) {
            assertThat(signIn("sk-stoa-wrong", from).status()).isEqualTo(401);
        }
        Answer limited = signIn(server.key(), from);
        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.errorType()).isEqualTo("rate_limited");
        assertThat(limited.raw().headers().firstValue("retry-after")).contains("60");
        assertThat(signIn(server.key(), Map.of()).status()).isEqualTo(200);
    }

    @Test
    void thePageIsGuardedAndUnknownPathsAreNotFound() {
        for (String path : new String[] {"/", "/signin", "/c/" + UUID.randomUUID()}) {
            Answer page = browser.get(path);
            // 503 with a page that says why, where the build had no web part.
            assertThat(page.status()).as(path).isIn(200, 503);
            assertThat(page.raw().headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/html");
            assertThat(page.raw()
                            .headers()
                            .firstValue("content-security-policy")
                            .orElseThrow())
                    .contains("default-src 'self'", "frame-ancestors 'none'");
            assertThat(page.raw().headers().firstValue("x-content-type-options"))
                    .contains("nosniff");
            assertThat(page.raw().headers().firstValue("cache-control").orElseThrow())
                    .contains("no-");
        }
        for (String path : new String[] {"/nothing", "/assets/none.js", "/assets/", "/META-INF/MANIFEST.MF"}) {
            assertThat(browser.get(path).status()).as(path).isEqualTo(404);
        }
    }
}
