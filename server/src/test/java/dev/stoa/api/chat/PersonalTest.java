package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.conversation.Conversations;
import dev.stoa.inference.GenerationRequest;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Instructions, memory, presets and projects: kept, and laid out before the turns in one order. */
class PersonalTest {
    private static ChatServer server;
    private static ChatClient client;

    @BeforeAll
    static void start() {
        server = ChatServer.start("--stoa.chat.system-prompt=Be kind.");
        client = new ChatClient(server, server.key());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer put(String path, String body) {
        return client.send("PUT", path, body.replace('\'', '"'), Map.of());
    }

    private static String system(String question, UUID conversation) {
        client.follow(client.ask(conversation, null, question), 0);
        GenerationRequest request = server.model().request(question);
        return request.messages().getFirst().plainText();
    }

    private static UUID file(String text) {
        UUID id = UUID.randomUUID();
        assertThat(client.send(
                                "PUT",
                                "/api/attachments/" + id + "?name=plan.txt",
                                text,
                                Map.of("Content-Type", "text/plain"))
                        .status())
                .isEqualTo(201);
        return id;
    }

    @Test
    void whatChangesSeldomComesFirst() {
        UUID project = UUID.randomUUID();
        UUID attachment = file("Build it of marble.");
        assertThat(put("/api/instructions", "{'text':' Call me Ada. '}").status())
                .isEqualTo(200);
        UUID memory = UUID.randomUUID();
        assertThat(put("/api/memories/" + memory, "{'text':'Lives in Delft.'}").status())
                .isEqualTo(200);
        assertThat(put("/api/memories/" + UUID.randomUUID(), "{'text':'Likes owls.'}")
                        .status())
                .isEqualTo(200);
        Answer made = put(
                "/api/projects/" + project,
                "{'name':'Hall','instructions':'Speak of columns.','attachments':['" + attachment + "']}");
        assertThat(made.status()).as(made.raw().body()).isEqualTo(200);
        UUID conversation = UUID.randomUUID();
        Answer begun = client.post(
                "/api/conversations",
                "{'id':'%s','project_id':'%s','instructions':'Rhyme.'}"
                        .formatted(conversation, project)
                        .replace('\'', '"'));
        assertThat(begun.body().get("project_id").asString()).isEqualTo(project.toString());

        String system = system("layout", conversation);
        assertThat(system)
                .containsSubsequence(
                        "Be kind.",
                        "Call me Ada.",
                        "- Lives in Delft.\n- Likes owls.",
                        "Speak of columns.",
                        "<file name=\"plan.txt\">\nBuild it of marble.\n</file>",
                        "Rhyme.");
        // Another conversation shares all but what is its own.
        String other = system("other", client.newConversation());
        assertThat(system).startsWith(other);
        assertThat(other).endsWith("Likes owls.");

        assertThat(put("/api/memories/" + memory, "{'text':'Lives in Leiden.'}")
                        .body()
                        .get("text")
                        .asString())
                .isEqualTo("Lives in Leiden.");
        assertThat(system("moved", conversation)).contains("Leiden").doesNotContain("Delft");
        put("/api/instructions", "{'text':'','use_memory':false}");
        assertThat(system("forgetful", client.newConversation())).isEqualTo("Be kind.");
        assertThat(client.get("/api/memories").body().get("memories")).hasSize(2);

        // A project takes its files along, and leaves its conversations.
        assertThat(client.send("DELETE", "/api/attachments/" + attachment, null, Map.of())
                        .status())
                .isEqualTo(409);
        assertThat(client.send("DELETE", "/api/projects/" + project, null, Map.of())
                        .status())
                .isEqualTo(204);
        assertThat(client.get("/api/attachments/" + attachment).status()).isEqualTo(404);
        assertThat(client.get("/api/conversations/" + conversation)
                        .body()
                        .get("conversation")
                        .get("project_id")
                        .isNull())
                .isTrue();
        assertThat(system("alone", conversation)).endsWith("Rhyme.").doesNotContain("columns");
    }

    @Test
    void aProjectKeepsTheFilesThatItIsToHave() {
        UUID project = UUID.randomUUID();
        UUID one = file("one");
        UUID two = file("two");
        put("/api/projects/" + project, "{'name':'P','attachments':['%s','%s']}".formatted(one, two));
        Answer fewer = put("/api/projects/" + project, "{'name':'Q','attachments':['" + two + "']}");
        assertThat(fewer.body().get("attachments").get(0).get("id").asString()).isEqualTo(two.toString());
        assertThat(client.get("/api/attachments/" + one).status()).isEqualTo(404);
        assertThat(client.get("/api/attachments/" + two).status()).isEqualTo(200);
        assertThat(client.get("/api/projects").body().get("projects").toString())
                .contains("\"Q\"");
    }

    @Test
    void aConversationMovesInAndOutOfAProject() {
        UUID project = UUID.randomUUID();
        put("/api/projects/" + project, "{'name':'Move'}");
        UUID conversation = client.newConversation();
        String path = "/api/conversations/" + conversation;
        Answer in = client.send("PATCH", path, "{\"project_id\":\"" + project + "\"}", Map.of());
        assertThat(in.body().get("project_id").asString()).isEqualTo(project.toString());
        Answer unknown = client.send("PATCH", path, "{\"project_id\":\"" + UUID.randomUUID() + "\"}", Map.of());
        assertThat(unknown.errorType()).isEqualTo("invalid_request");
        Answer out = client.send("PATCH", path, "{\"project_id\":\"" + Conversations.NO_PROJECT + "\"}", Map.of());
        assertThat(out.body().get("project_id").isNull()).isTrue();
    }

    @Test
    void draftsAndReadingPlacesAreToldToOtherDevices() {
        UUID conversation = client.newConversation();
        UUID reply = client.ask(conversation, null, "read me");
        client.follow(reply, 0);
        Answer changed = client.send(
                "PATCH",
                "/api/conversations/" + conversation,
                "{\"draft\":\"half a thought\",\"read_id\":\"" + reply + "\"}",
                Map.of());
        long version = changed.body().get("version").asLong();
        try (ChatClient.EventReader events = client.events("/api/events?after=" + (version - 1), Map.of())) {
            ChatClient.Event event = java.util.Objects.requireNonNull(events.next());
            while (event.data().get("conversations").isEmpty()) {
                event = java.util.Objects.requireNonNull(events.next());
            }
            var told = event.data().get("conversations").get(0);
            assertThat(told.get("draft").asString()).isEqualTo("half a thought");
            assertThat(told.get("read_id").asString()).isEqualTo(reply.toString());
        }
    }

    @Test
    void badInputIsNamed() {
        String id = UUID.randomUUID().toString();
        for (Map.Entry<String, String> bad : Map.of(
                        "/api/memories/" + id,
                        "{'text':'%s'}".formatted("x".repeat(501)),
                        "/api/presets/" + id,
                        "{'name':'n','text':' '}",
                        "/api/projects/" + id,
                        "{'name':'n','attachments':['" + id + "']}",
                        "/api/instructions",
                        "{'text':'a\\u0000'}",
                        "/api/memories/x",
                        "{'text':'y'}")
                .entrySet()) {
            Answer answer = put(bad.getKey(), bad.getValue());
            assertThat(answer.errorType())
                    .as("%s: %s", bad.getKey(), answer.raw().body())
                    .isIn("invalid_request", "not_found");
        }
        assertThat(client.get("/api/presets").body().get("presets")).isEmpty();
    }
}
