package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.identity.Administration;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.KeyScope;
import dev.stoa.identity.MemberDetails;
import dev.stoa.identity.NewKey;
import dev.stoa.identity.NewLink;
import dev.stoa.identity.People;
import dev.stoa.identity.Role;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Accounts over HTTP: set-up, sign-in, devices, invitations, new passwords. Two servers share the database. */
class AccountTest {
    private static final String PASSWORD = "three blue herons wade";
    private static final String OTHER = "nine grey geese flying south";
    private static final String EMAIL = "ada@example.org";

    private ChatServer server;
    private ChatClient browser;

    @BeforeEach
    void start() {
        server = ChatServer.start("--server.forward-headers-strategy=native");
        browser = new ChatClient(server, "");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String body(String text) {
        return text.replace('\'', '"');
    }

    private Answer post(String path, String body) {
        return browser.send("POST", path, body(body), Map.of("User-Agent", "Firefox"));
    }

    private Answer setUp() {
        return post(
                "/api/session/setup",
                "{'key':'%s','name':'Ada','email':'Ada@Example.org','password':'%s'}"
                        .formatted(server.key(), PASSWORD));
    }

    private Answer signIn(String email, String password, String address) {
        return browser.send(
                "POST",
                "/api/session",
                body("{'email':'%s','password':'%s'}".formatted(email, password)),
                Map.of("X-Forwarded-For", address, "User-Agent", "Safari"));
    }

    private static Map<String, String> cookie(Answer signedIn) {
        assertThat(signedIn.status()).as(signedIn.raw().body()).isEqualTo(200);
        String set = signedIn.raw().headers().firstValue("set-cookie").orElseThrow();
        return new HashMap<>(Map.of("Cookie", set.substring(0, set.indexOf(';')), "X-Stoa-Client", "web"));
    }

    private Caller operator() {
        return server.bean(Identity.class).authenticate(server.key());
    }

    private NewLink invite(String email, Role role) {
        return server.bean(People.class).invite(operator(), email, role, Duration.ofDays(1));
    }

    private Answer join(NewLink link, String name) {
        return post("/api/links/" + link.secret(), "{'name':'%s','password':'%s'}".formatted(name, OTHER));
    }

    @Test
    void theOperatorSetsUpOnceAndSignsInWithThePassword() {
        assertThat(browser.get("/api/session/options").body().get("set_up").asBoolean())
                .isTrue();
        assertThat(post(
                                "/api/session/setup",
                                "{'key':'%s','name':'Ada','email':'%s','password':'short'}"
                                        .formatted(server.key(), EMAIL))
                        .errorType())
                .isEqualTo("invalid_request");
        JsonNode member = setUp().body().get("member");
        assertThat(member.get("name").asString()).isEqualTo("Ada");
        assertThat(member.get("email").asString()).isEqualTo(EMAIL);
        assertThat(member.get("role").asString()).isEqualTo("operator");
        assertThat(browser.get("/api/session/options").body().get("set_up").asBoolean())
                .isFalse();
        assertThat(setUp().errorType()).isEqualTo("conflict");
        assertThat(signIn(" ADA@example.org", PASSWORD, "192.0.2.1").status()).isEqualTo(200);
        assertThat(server.jdbc()
                        .sql("SELECT string_agg(m::text, '') FROM member m")
                        .query(String.class)
                        .single())
                .contains("$argon2id$")
                .doesNotContain(PASSWORD);
        // The key goes on to work.
        assertThat(new ChatClient(server, server.key())
                        .get("/api/account")
                        .body()
                        .get("has_password")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aKeyThatMayDoLessGivesNoPassword() {
        server.jdbc().sql("UPDATE api_key SET scopes = '{inference,chat}'").update();
        assertThat(setUp().errorType()).isEqualTo("permission");
        assertThat(browser.get("/api/session/options").body().get("set_up").asBoolean())
                .isTrue();
    }

    @Test
    void nobodyLearnsWhoHasAnAccount() {
        setUp();
        Answer wrong = signIn(EMAIL, OTHER, "192.0.2.1");
        Answer unknown = signIn("nobody@example.org", OTHER, "192.0.2.1");
        Answer noAddress = signIn("nobody", OTHER, "192.0.2.1");
        for (Answer answer : List.of(wrong, unknown, noAddress)) {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body().get("error")).isEqualTo(wrong.body().get("error"));
        }
        // Limits count both kinds alike, from whatever address.
        for (String email : List.of(EMAIL, "nobody@example.org")) {
            for (int i = 0; i < 9; i++) {
                assertThat(signIn(email, OTHER, "198.51.100." + i).status()).isEqualTo(401);
            }
            Answer limited = signIn(email, PASSWORD, "198.51.100.99");
            assertThat(limited.status()).isEqualTo(429);
            assertThat(limited.raw().headers().firstValue("retry-after")).isPresent();
        }
    }

    @Test
    void devicesAreListedAndEndAtOnceOnEveryServer() {
        Map<String, String> first = cookie(setUp());
        Map<String, String> second = cookie(signIn(EMAIL, PASSWORD, "192.0.2.7"));
        try (ChatServer twin = server.twin()) {
            ChatClient there = new ChatClient(twin, "");
            assertThat(there.send("GET", "/api/session", null, second).status()).isEqualTo(200);
            JsonNode sessions = browser.send("GET", "/api/account/sessions", null, first)
                    .body()
                    .get("sessions");
            assertThat(sessions).hasSize(2);
            JsonNode other = sessions.get(0).get("current").asBoolean() ? sessions.get(1) : sessions.get(0);
            assertThat(other.get("user_agent").asString()).isEqualTo("Safari");
            assertThat(other.get("address").asString()).isEqualTo("192.0.2.7");
            String path = "/api/account/sessions/" + other.get("id").asString();

            try (ChatClient.EventReader events = there.events("/api/events", second)) {
                assertThat(java.util.Objects.requireNonNull(events.next()).name())
                        .isEqualTo("ready");
                assertThat(browser.send("DELETE", path, null, first).status()).isEqualTo(204);
                assertThat(browser.send("GET", "/api/session", null, second).status())
                        .isEqualTo(401);
                awaitStatus(there, second, 401);
                // The stream that was open tells the device nothing more.
                browser.send("POST", "/api/conversations", body("{'id':'" + UUID.randomUUID() + "'}"), first);
                ChatClient.Event event = events.next();
                while (event != null && event.name().equals(":")) {
                    event = events.next();
                }
                assertThat(event).isNull();
            }
            assertThat(browser.send("DELETE", path, null, first).status()).isEqualTo(404);
            assertThat(there.send("GET", "/api/session", null, first).status()).isEqualTo(200);
        }
    }

    private static void awaitStatus(ChatClient client, Map<String, String> cookie, int status) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (client.send("GET", "/api/session", null, cookie).status() != status) {
            assertThat(System.nanoTime()).as("the other server hears of it").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void aNewPasswordEndsTheOtherSessions() {
        Map<String, String> first = cookie(setUp());
        Map<String, String> second = cookie(signIn(EMAIL, PASSWORD, "192.0.2.7"));
        String change = body("{'current':'%s','password':'%s'}");
        assertThat(browser.send("POST", "/api/account/password", change.formatted(OTHER, OTHER), first)
                        .errorType())
                .isEqualTo("permission");
        assertThat(browser.send("POST", "/api/account/password", change.formatted(PASSWORD, "short"), first)
                        .errorType())
                .isEqualTo("invalid_request");
        assertThat(browser.send("POST", "/api/account/password", change.formatted(PASSWORD, OTHER), first)
                        .status())
                .isEqualTo(204);
        assertThat(browser.send("GET", "/api/session", null, first).status()).isEqualTo(200);
        assertThat(browser.send("GET", "/api/session", null, second).status()).isEqualTo(401);
        assertThat(signIn(EMAIL, PASSWORD, "192.0.2.8").status()).isEqualTo(401);
        assertThat(signIn(EMAIL, OTHER, "192.0.2.8").status()).isEqualTo(200);
        assertThat(browser.send("DELETE", "/api/account/sessions", null, first).status())
                .isEqualTo(204);
        assertThat(browser.send("GET", "/api/account/sessions", null, first)
                        .body()
                        .get("sessions"))
                .hasSize(1);
    }

    @Test
    void anInvitationLetsOnePersonInOnce() throws Exception {
        setUp();
        NewLink link = invite("Grace@Example.org", Role.DEVELOPER);
        Answer seen = browser.get("/api/links/" + link.secret());
        assertThat(seen.body().get("kind").asString()).isEqualTo("invitation");
        assertThat(seen.body().get("email").asString()).isEqualTo("grace@example.org");
        assertThat(seen.body().get("organization").asString()).isEqualTo("Stoa");
        assertThat(post("/api/links/" + link.secret(), "{'password':'%s'}".formatted(OTHER))
                        .errorType())
                .isEqualTo("invalid_request");

        List<Integer> statuses;
        try (var pool = Executors.newFixedThreadPool(8)) {
            Callable<Integer> attempt = () -> join(link, "Grace").status();
            statuses = pool.invokeAll(java.util.Collections.nCopies(8, attempt)).stream()
                    .map(Future::resultNow)
                    .toList();
        }
        assertThat(statuses).containsOnlyOnce(200);
        assertThat(statuses.stream().filter(status -> status != 200))
                .allMatch(status -> status == 404 || status == 409);
        assertThat(browser.get("/api/links/" + link.secret()).status()).isEqualTo(404);
        Answer grace = signIn("grace@example.org", OTHER, "192.0.2.9");
        assertThat(grace.body().get("member").get("role").asString()).isEqualTo("developer");

        NewLink withdrawn = invite("linus@example.org", Role.USER);
        server.bean(People.class).withdraw(operator(), withdrawn.link().id());
        assertThat(join(withdrawn, "Linus").status()).isEqualTo(404);
        NewLink expired = invite("linus@example.org", Role.USER);
        server.jdbc()
                .sql("UPDATE account_link SET expires_at = now() WHERE used_at IS NULL")
                .update();
        assertThat(join(expired, "Linus").status()).isEqualTo(404);
        assertThat(join(invite(EMAIL + ".uk", Role.USER), "").errorType()).isEqualTo("invalid_request");
        assertThatThrownBy(() -> invite(EMAIL, Role.USER))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT));
    }

    @Test
    void aLinkGivesANewPasswordAndEndsEverySession() {
        Map<String, String> old = cookie(setUp());
        People people = server.bean(People.class);
        UUID ada = operator().memberId();
        NewLink first = people.resetPassword(operator(), ada);
        NewLink second = people.resetPassword(operator(), ada);
        assertThat(browser.get("/api/links/" + first.secret()).status()).isEqualTo(404);
        assertThat(browser.get("/api/links/" + second.secret())
                        .body()
                        .get("kind")
                        .asString())
                .isEqualTo("password_reset");
        Map<String, String> fresh = cookie(post("/api/links/" + second.secret(), "{'password':'%s'}".formatted(OTHER)));
        assertThat(browser.send("GET", "/api/session", null, old).status()).isEqualTo(401);
        assertThat(browser.send("GET", "/api/session", null, fresh).status()).isEqualTo(200);
        assertThat(signIn(EMAIL, PASSWORD, "192.0.2.8").status()).isEqualTo(401);
        assertThat(post("/api/links/" + second.secret(), "{'password':'%s'}".formatted(PASSWORD))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void whatWasMadeUnderAnotherRoleReachesNoFurtherAfterItsChange() {
        setUp();
        Identity identity = server.bean(Identity.class);
        People people = server.bean(People.class);
        Administration administration = server.bean(Administration.class);
        Caller admin =
                identity.authenticateSession(token(cookie(join(invite("admin@example.org", Role.ADMIN), "Admin"))));
        Caller other =
                identity.authenticateSession(token(cookie(join(invite("other@example.org", Role.ADMIN), "Other"))));
        NewLink reset = people.resetPassword(admin, other.memberId());
        NewKey own = administration.createKey(other, null, "own", null, Set.of(KeyScope.ADMIN), null);
        NewKey taken = administration.rotateKey(admin, own.key().id(), Duration.ofDays(1));

        people.changeRole(operator(), other.memberId(), Role.OPERATOR);
        assertThat(post("/api/links/" + reset.secret(), "{'password':'%s'}".formatted(PASSWORD))
                        .status())
                .isEqualTo(404);
        assertRefused(ErrorKind.AUTHENTICATION, () -> identity.authenticate(taken.secret()));
        assertThat(identity.authenticate(own.secret())).isNotNull();

        NewLink above = people.invite(other, null, Role.OPERATOR, Duration.ofDays(1));
        NewLink below = people.invite(other, null, Role.USER, Duration.ofDays(1));
        people.changeRole(operator(), other.memberId(), Role.ADMIN);
        assertThat(browser.get("/api/links/" + above.secret()).status()).isEqualTo(404);
        assertThat(browser.get("/api/links/" + below.secret()).status()).isEqualTo(200);
        people.remove(operator(), other.memberId());
        assertThat(browser.get("/api/links/" + below.secret()).status()).isEqualTo(404);
    }

    @Test
    void rolesRuleDownwardsOnlyAndAnOperatorAlwaysStays() {
        setUp();
        Identity identity = server.bean(Identity.class);
        People people = server.bean(People.class);
        Map<String, String> admin = cookie(join(invite("admin@example.org", Role.ADMIN), "Admin"));
        Map<String, String> user = cookie(join(invite("user@example.org", Role.USER), "User"));
        Caller adminCaller = identity.authenticateSession(token(admin));
        Caller userCaller = identity.authenticateSession(token(user));
        UUID ada = operator().memberId();

        assertThatThrownBy(() -> people.requireAdministrator(userCaller)).hasMessageContaining("administrator");
        assertRefused(ErrorKind.PERMISSION, () -> people.resetPassword(adminCaller, ada));
        assertRefused(ErrorKind.PERMISSION, () -> people.remove(adminCaller, ada));
        assertRefused(ErrorKind.PERMISSION, () -> people.changeRole(adminCaller, ada, Role.USER));
        assertRefused(
                ErrorKind.PERMISSION, () -> people.changeRole(adminCaller, adminCaller.memberId(), Role.OPERATOR));
        assertRefused(ErrorKind.PERMISSION, () -> people.invite(adminCaller, null, Role.OPERATOR, Duration.ofDays(1)));
        assertRefused(ErrorKind.CONFLICT, () -> people.changeRole(operator(), ada, Role.USER));
        assertRefused(ErrorKind.CONFLICT, () -> people.remove(operator(), ada));

        MemberDetails promoted = people.changeRole(adminCaller, userCaller.memberId(), Role.DEVELOPER);
        assertThat(promoted.role()).isEqualTo(Role.DEVELOPER);
        people.remove(adminCaller, userCaller.memberId());
        assertThat(browser.send("GET", "/api/session", null, user).status()).isEqualTo(401);
        assertThat(signIn("user@example.org", OTHER, "192.0.2.8").status()).isEqualTo(401);
        // The address is free for another.
        assertThat(join(invite("user@example.org", Role.USER), "Another").status())
                .isEqualTo(200);
        assertThat(people.members(operator())).hasSize(3);
    }

    private static void assertRefused(ErrorKind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private static String token(Map<String, String> headers) {
        String cookie = java.util.Objects.requireNonNull(headers.get("Cookie"));
        return cookie.substring(cookie.indexOf('=') + 1);
    }

    @Test
    void overHttpsTheCookieIsBoundToTheHost() {
        Answer answer = browser.send(
                "POST", "/api/session", body("{'key':'" + server.key() + "'}"), Map.of("X-Forwarded-Proto", "https"));
        assertThat(answer.raw().headers().firstValue("set-cookie").orElseThrow())
                .startsWith("__Host-stoa_session=")
                .contains("; Secure", "; Path=/", "; HttpOnly", "; SameSite=Strict")
                .doesNotContain("Domain");
        Map<String, String> cookie = cookie(answer);
        // Over plain http such a cookie counts for nothing.
        assertThat(browser.send("GET", "/api/session", null, cookie).status()).isEqualTo(401);
        cookie.put("X-Forwarded-Proto", "https");
        assertThat(browser.send("GET", "/api/session", null, cookie).status()).isEqualTo(200);
    }
}
