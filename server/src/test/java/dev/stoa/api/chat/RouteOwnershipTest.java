package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.identity.Accounts;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Device;
import dev.stoa.identity.Identity;
import dev.stoa.identity.People;
import dev.stoa.identity.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/**
 * Walks every route of the chat API as it is registered, with the ids of another member of the same organization: each
 * answers as if they weren't there, and tells nobody who is not signed in. A route that is new here fails the walk until
 * {@link #OWNED} says whose id it takes, and {@link #BODIES} what a good body is.
 */
class RouteOwnershipTest {
    private static final String SECRET_WORDS = "the heron's secret nest";

    /** Open to whoever knows a secret, or has none yet. */
    private static final Set<String> OPEN = Set.of(
            "GET /api/session/options",
            "POST /api/session",
            "POST /api/session/setup",
            "POST /api/session/passkey/options",
            "POST /api/session/passkey",
            "POST /api/session/sign-on",
            "GET /api/session/sign-on/callback",
            "GET /api/links/{secret}",
            "POST /api/links/{secret}",
            "GET /api/shared/{secret}",
            "POST /api/shared/{secret}/copy",
            " /api/**");

    /** Bodies that their owner could send. */
    private static final Map<String, String> BODIES = Map.ofEntries(
            Map.entry("PATCH /api/conversations/{id}", "{'title':'stolen'}"),
            Map.entry("POST /api/conversations/{id}/shares", "{'days':1}"),
            Map.entry("POST /api/conversations/{id}/messages", "{'id':'NEW','reply_id':'NEXT','text':'x'}"),
            Map.entry("POST /api/messages/{id}/replies", "{'id':'NEW'}"),
            Map.entry("PATCH /api/account/passkeys/{id}", "{'name':'stolen'}"),
            Map.entry("POST /api/messages/{id}/keep", "{'id':'NEW'}"),
            Map.entry("PATCH /api/queue/{id}", "{'text':'stolen'}"),
            Map.entry("PUT /api/memories/{id}", "{'text':'stolen'}"),
            Map.entry("PUT /api/presets/{id}", "{'name':'x','text':'stolen'}"),
            Map.entry("PUT /api/projects/{id}", "{'name':'stolen'}"),
            Map.entry("PUT /api/messages/{id}/choice", "{'answer_id':'NEW'}"),
            Map.entry("PUT /api/messages/{id}/feedback", "{'rating':'down'}"));

    /** Makes what the {@code {id}} of its path names, so another's id is refused as taken. */
    private static final Set<String> CREATES = Set.of(
            "PUT /api/attachments/{id}", "PUT /api/memories/{id}", "PUT /api/presets/{id}", "PUT /api/projects/{id}");

    /** What the {@code {id}} behind a path is; filled with what the owner has. */
    private static final Map<String, UUID> OWNED = new java.util.HashMap<>();

    private static ChatServer server;
    private static ChatClient owner;
    private static ChatClient nobody;
    private static Map<String, String> stranger;
    private static UUID conversation;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        owner = new ChatClient(server, server.key());
        nobody = new ChatClient(server, "");
        Caller operator = server.bean(Identity.class).authenticate(server.key());
        String link = server.bean(People.class)
                .invite(operator, "stranger@example.org", Role.ADMIN, Duration.ofDays(1))
                .secret();
        String token = server.bean(Accounts.class)
                .useLink(link, "Stranger", null, "four brown owls hooting", new Device("192.0.2.1", ""))
                .token();
        stranger = Map.of("Cookie", "stoa_session=" + token, "X-Stoa-Client", "web");

        conversation = owner.newConversation();
        UUID reply = owner.ask(conversation, null, SECRET_WORDS);
        owner.follow(reply, 0);
        String share = text(owner.post("/api/conversations/" + conversation + "/shares", "{}")
                .body()
                .get("share"));
        server.bean(Identity.class).signIn(server.key(), new Device("192.0.2.2", SECRET_WORDS));
        UUID session = server.jdbc()
                .sql("SELECT id FROM session WHERE user_agent = ?")
                .param(SECRET_WORDS)
                .query(UUID.class)
                .single();
        UUID attachment = UUID.randomUUID();
        assertThat(owner.send("PUT", "/api/attachments/" + attachment + "?name=a.txt", SECRET_WORDS, Map.of())
                        .status())
                .isEqualTo(201);
        for (String shelf : List.of("memories", "presets", "projects")) {
            UUID id = UUID.randomUUID();
            String text = shelf.equals("memories")
                    ? "{'text':'%s'}"
                    : shelf.equals("presets") ? "{'name':'%1$s','text':'%1$s'}" : "{'name':'%s'}";
            assertThat(owner.send(
                                    "PUT",
                                    "/api/" + shelf + "/" + id,
                                    text.formatted(SECRET_WORDS.replace("'", "’"))
                                            .replace('\'', '"'),
                                    Map.of())
                            .status())
                    .isEqualTo(200);
            OWNED.put("/api/" + shelf + "/", id);
        }
        UUID passkey = UUID.randomUUID();
        server.jdbc()
                .sql("INSERT INTO passkey VALUES (?, (SELECT member_id FROM session WHERE id = ?), 'id', ?, 'key', 0,"
                        + " false, false, '{}', now())")
                .params(passkey, session, SECRET_WORDS)
                .update();
        OWNED.put("/api/account/passkeys/", passkey);
        UUID signOn = UUID.randomUUID();
        server.jdbc()
                .sql("INSERT INTO sign_on VALUES (?, (SELECT member_id FROM session WHERE id = ?), 'x', 'y', ?, now())")
                .params(signOn, session, SECRET_WORDS)
                .update();
        OWNED.put("/api/account/sign-ons/", signOn);
        UUID proposal = UUID.randomUUID();
        server.jdbc()
                .sql(
                        "INSERT INTO memory_proposal SELECT ?, m.conversation_id, m.id, 'open', ?, now() FROM message m"
                                + " WHERE m.conversation_id = ? AND m.role = 'user'"
                                + " ON CONFLICT (message_id) DO UPDATE SET id = excluded.id, state = 'open', text = excluded.text")
                .params(proposal, SECRET_WORDS, conversation)
                .update();
        OWNED.put("/api/memory-proposals/", proposal);
        OWNED.put("/api/attachments/", attachment);
        OWNED.put("/api/conversations/", conversation);
        OWNED.put("/api/messages/", reply);
        OWNED.put("/api/shares/", UUID.fromString(share));
        OWNED.put("/api/account/sessions/", session);
        OWNED.put("/api/queue/", queued());
    }

    /** A question that waits behind an answer that never ends by itself. */
    private static UUID queued() {
        UUID id = UUID.randomUUID();
        server.model().script("on");
        UUID running = owner.ask(conversation, lastReply(), "on");
        Answer waits = owner.post(
                "/api/conversations/" + conversation + "/messages",
                "{\"id\":\"%s\",\"reply_id\":\"%s\",\"parent_id\":\"%s\",\"text\":\"later\",\"policy\":\"after\"}"
                        .formatted(id, UUID.randomUUID(), running));
        assertThat(waits.status()).as(waits.raw().body()).isEqualTo(202);
        return id;
    }

    private static UUID lastReply() {
        JsonNode messages =
                owner.get("/api/conversations/" + conversation).body().get("messages");
        return UUID.fromString(text(messages.get(messages.size() - 1)));
    }

    private static String text(JsonNode node) {
        return node.get("id").asString();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private record Route(String method, String pattern) {
        String name() {
            return method + " " + pattern;
        }
    }

    private static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        server.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((info, handler) -> {
                    if (handler.getBeanType().getPackage() != ChatCallers.class.getPackage()) {
                        return;
                    }
                    for (String pattern : info.getPatternValues()) {
                        Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
                        if (methods.isEmpty()) {
                            routes.add(new Route("", pattern));
                        }
                        methods.forEach(method -> routes.add(new Route(method.name(), pattern)));
                    }
                });
        return routes.stream()
                .filter(route -> route.pattern().startsWith("/api/") && !OPEN.contains(route.name()))
                .toList();
    }

    private static String path(Route route) {
        int variable = route.pattern().indexOf('{');
        if (variable < 0) {
            return route.pattern();
        }
        UUID id = OWNED.get(route.pattern().substring(0, variable));
        assertThat(id).as("whose id does " + route.name() + " take? Tell OWNED").isNotNull();
        return route.pattern().replaceFirst("\\{\\w+}", String.valueOf(id));
    }

    private static @Nullable String body(Route route) {
        if (!Set.of("POST", "PATCH", "PUT").contains(route.method())) {
            return null;
        }
        return BODIES.getOrDefault(route.name(), "{}")
                .replace('\'', '"')
                .replace("NEW", UUID.randomUUID().toString())
                .replace("NEXT", UUID.randomUUID().toString());
    }

    @Test
    void whatIsAnothersIsNotThere() {
        List<Route> routes = routes();
        assertThat(routes).as("the walk finds the routes").hasSizeGreaterThan(25);
        String before = owner.get("/api/conversations/" + conversation).raw().body();
        for (Route route : routes) {
            String path = path(route);
            Answer closed = nobody.send(route.method(), path, body(route), Map.of());
            assertThat(closed.status()).as("%s for nobody", route).isEqualTo(401);
            assertThat(closed.errorType()).isEqualTo("authentication");
            if (route.pattern().contains("{")) {
                Answer answer = nobody.send(route.method(), path, body(route), stranger);
                assertThat(answer.status())
                        .as(
                                "%s for a stranger: %s; does BODIES have a good one?",
                                route, answer.raw().body())
                        .isEqualTo(CREATES.contains(route.name()) ? 409 : 404);
                assertThat(answer.raw().body()).doesNotContain(SECRET_WORDS);
            }
        }
        assertThat(owner.get("/api/conversations/" + conversation).raw().body()).isEqualTo(before);
    }

    @Test
    void listsShowOnlyWhatIsOnesOwn() {
        for (Route route : routes()) {
            if (route.method().equals("GET")
                    && !route.pattern().contains("{")
                    && !route.pattern().endsWith("/events")) {
                String seen = nobody.send("GET", route.pattern() + "?q=heron", null, stranger)
                        .raw()
                        .body();
                assertThat(seen).as(route.name()).doesNotContain("heron").doesNotContain(conversation.toString());
            }
        }
        try (ChatClient.EventReader events = nobody.events("/api/events?after=0", stranger)) {
            ChatClient.Event ready = java.util.Objects.requireNonNull(events.next());
            assertThat(ready.data().toString()).doesNotContain(conversation.toString());
        }
    }
}
