package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.identity.TestMembers;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Conversations that leave and come: exports, imports, links. */
class TransferTest {
    private static ChatServer server;
    private static ChatClient client;
    private static ChatClient stranger;
    private static ChatClient nobody;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        client = new ChatClient(server, server.key());
        stranger = new ChatClient(server, TestMembers.add(server.jdbc()));
        nobody = new ChatClient(server, "");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<String> texts(ChatClient reader, String conversation) {
        List<String> texts = new ArrayList<>();
        reader.get("/api/conversations/" + conversation + "?since=0")
                .body()
                .get("messages")
                .forEach(message -> texts.add(message.get("text").asString()));
        return texts;
    }

    private static UUID conversation() {
        UUID conversation = client.newConversation();
        UUID first = client.ask(conversation, null, "Where is <Athens> & \u00e9?");
        client.follow(first, 0);
        client.follow(client.ask(conversation, first, "And Sparta?"), 0);
        client.follow(client.ask(conversation, null, "A branch"), 0);
        return conversation;
    }

    @Test
    void whatIsExportedCanBeImportedByAnotherAndOnce() {
        UUID conversation = conversation();
        Answer export = client.get("/api/conversations/" + conversation + "/export?format=json");
        assertThat(export.raw().headers().firstValue("content-disposition").orElse(""))
                .startsWith("attachment");
        Answer result = stranger.post("/api/import", export.raw().body());
        assertThat(result.body().get("imported").asInt()).isEqualTo(1);
        String copy = result.body().get("first").asString();
        assertThat(copy).isNotEqualTo(conversation.toString());
        assertThat(texts(stranger, copy)).isEqualTo(texts(client, conversation.toString()));
        // The tree is the same: the newest branch is the last one.
        assertThat(stranger.get("/api/conversations/" + copy).body().get("messages"))
                .hasSize(2);
        assertThat(stranger.post("/api/import", export.raw().body())
                        .body()
                        .get("skipped")
                        .asInt())
                .isEqualTo(1);
        String last = stranger.get("/api/conversations/" + copy)
                .body()
                .get("messages")
                .get(1)
                .get("id")
                .asString();
        UUID reply = stranger.ask(UUID.fromString(copy), UUID.fromString(last), "Going on");
        assertThat(stranger.follow(reply, 0).text()).isEqualTo("You said: Going on");
    }

    @Test
    void stepsInstructionsAndProjectsGoWithTheirConversation() {
        String instructions = "{\"text\":\"Be brief.\"}";
        assertThat(client.send("PUT", "/api/instructions", instructions, Map.of())
                        .status())
                .isEqualTo(200);
        UUID memory = put("memories", "{\"text\":\"I row.\"}");
        UUID preset = put("presets", "{\"name\":\"Poet\",\"text\":\"Rhyme.\"}");
        UUID file = UUID.randomUUID();
        client.send("PUT", "/api/attachments/" + file + "?name=plan.txt", "Row at dawn.", Map.of());
        UUID project = put(
                "projects",
                "{\"name\":\"Boat\",\"instructions\":\"Think wet.\",\"attachments\":[\"%s\"]}".formatted(file));
        UUID conversation = UUID.randomUUID();
        client.post(
                "/api/conversations",
                "{\"id\":\"%s\",\"instructions\":\"In rhyme.\",\"project_id\":\"%s\"}"
                        .formatted(conversation, project));
        server.model()
                .script("How?")
                .think("By oars.\nOr sails.")
                .text("With ")
                .call(0, "weather", "{\"at\":", "1}")
                .text("oars.")
                .finish();
        client.follow(client.ask(conversation, null, "How?"), 0);
        String markdown = client.get("/api/conversations/" + conversation + "/export?format=markdown")
                .raw()
                .body();
        assertThat(markdown)
                .contains("> **Instructions**\n>\n> In rhyme.")
                .contains("> **Thinking**\n>\n> By oars.\n> Or sails.\n")
                .contains("> **Calls weather**");

        String personal = client.get("/api/export").raw().body();
        String whole = client.get("/api/conversations/" + conversation + "/export")
                .raw()
                .body();
        ChatClient other = new ChatClient(server, TestMembers.add(server.jdbc()));
        Answer result = other.post("/api/import", "[" + whole + "," + personal + "]");
        assertThat(result.body().get("personal").asInt()).isEqualTo(4);
        JsonNode again = other.get("/api/export").body();
        JsonNode first = client.get("/api/export").body();
        assertThat(without(again, "id")).isEqualTo(without(first, "id"));
        JsonNode copy = other.get(
                        "/api/conversations/" + result.body().get("first").asString() + "/export")
                .body();
        assertThat(copy.get("instructions").asString()).isEqualTo("In rhyme.");
        assertThat(copy.get("project_id"))
                .isEqualTo(again.get("projects").get(0).get("id"));
        JsonNode answer = client.get("/api/conversations/" + conversation + "/export")
                .body()
                .get("messages")
                .get(1);
        assertThat(answer.get("steps")).hasSize(2);
        assertThat(copy.get("messages").get(1).get("steps")).isEqualTo(answer.get("steps"));
        // Twice takes in nothing twice; nor does one's own.
        assertThat(other.post("/api/import", personal).body().get("personal").asInt())
                .isZero();
        assertThat(client.post("/api/import", personal).body().get("personal").asInt())
                .isZero();
        client.send("DELETE", "/api/memories/" + memory, null, Map.of());
        client.send("DELETE", "/api/presets/" + preset, null, Map.of());
        assertThat(client.post("/api/import", personal).body().get("personal").asInt())
                .isEqualTo(2);
    }

    /** Groups, chosen versions, and how answers ended: a copy of the copy is the copy. */
    @Test
    void aThreadComesBackAsItWas() {
        UUID conversation = client.newConversation();
        UUID before = client.ask(conversation, null, "Where am I?");
        client.follow(before, 0);
        server.model().script("Broken?").fail(new StoaException(ErrorKind.OVERLOADED, "No room."));
        UUID failed = client.ask(conversation, before, "Broken?");
        client.follow(failed, 0);
        client.follow(client.ask(conversation, failed, "Are you still there?"), 0);
        UUID one = client.ask(conversation, before, "How old is it?");
        client.follow(one, 0);
        UUID two = together(conversation, one, "And how large?");
        UUID three = together(conversation, two, "And how far?");
        UUID question = UUID.fromString(message(client, conversation.toString(), one.toString())
                .get("parent_id")
                .asString());
        UUID other = UUID.randomUUID();
        server.model().script("How old is it?").text("Very old.").finish();
        client.post("/api/messages/" + question + "/replies", "{\"id\":\"" + other + "\"}");
        client.follow(other, 0);
        client.send("PUT", "/api/messages/" + one + "/choice", "{\"answer_id\":\"" + other + "\"}", Map.of());
        // What is read of it is what was chosen.
        String branch = "/api/conversations/" + conversation + "/export?format=markdown";
        client.follow(client.ask(conversation, three, "The end?"), 0);
        assertThat(client.get(branch).raw().body()).contains("Very old.").doesNotContain("You said: How old");

        JsonNode first =
                client.get("/api/conversations/" + conversation + "/export").body();
        ChatClient friend = new ChatClient(server, TestMembers.add(server.jdbc()));
        String copy =
                friend.post("/api/import", first.toString()).body().get("first").asString();
        JsonNode second = friend.get("/api/conversations/" + copy + "/export").body();
        assertThat(numbered(second)).isEqualTo(numbered(first));
        assertThat(first.toString()).contains("\"together\":true", "\"state\":\"failed\"", "No room.");
        // The members of a group know the thread up to what stood before it, not each other.
        server.model().script("And how far?").text("Far.").finish();
        JsonNode last =
                friend.get("/api/conversations/" + copy + "?since=0").body().get("messages");
        UUID far = null;
        for (JsonNode message : last) {
            far = message.get("text").asString().equals("And how far?")
                    ? UUID.fromString(message.get("id").asString())
                    : far;
        }
        UUID again = UUID.randomUUID();
        friend.post("/api/messages/" + far + "/replies", "{\"id\":\"" + again + "\"}");
        friend.follow(again, 0);
        assertThat(server.model().request("And how far?").messages().toString())
                .contains("Where am I?")
                .doesNotContain("How old")
                .doesNotContain("how large");
    }

    private static UUID together(UUID conversation, UUID parent, String text) {
        UUID reply = UUID.randomUUID();
        Answer answer = client.post(
                "/api/conversations/" + conversation + "/messages",
                "{\"id\":\"%s\",\"reply_id\":\"%s\",\"parent_id\":\"%s\",\"text\":\"%s\",\"policy\":\"together\"}"
                        .formatted(UUID.randomUUID(), reply, parent, text));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        client.follow(reply, 0);
        return reply;
    }

    private static JsonNode message(ChatClient reader, String conversation, String id) {
        for (JsonNode message : reader.get("/api/conversations/" + conversation + "?since=0")
                .body()
                .get("messages")) {
            if (message.get("id").asString().equals(id)) {
                return message;
            }
        }
        throw new AssertionError(id);
    }

    /** An export's messages with ids that count from the first one on. */
    private static String numbered(JsonNode export) {
        String text = export.get("messages").toString();
        int number = 0;
        for (JsonNode message : export.get("messages")) {
            text = text.replace(message.get("id").asString(), "#" + number++);
        }
        return text;
    }

    /** What a file says of groups and versions is taken only where it makes sense. */
    @Test
    void aFileThatWasTamperedWithMakesNoImpossibleThread() {
        String file = """
                {"format":"stoa-conversation-1","id":"x","title":"T","messages":[
                  {"id":"1","parent_id":null,"role":"user","text":"First","together":true},
                  {"id":"2","parent_id":"1","role":"assistant","text":"Yes","state":"generating","together":true,
                   "chosen_id":"2","error":{"type":"x","message":"y"}},
                  {"id":"3","parent_id":"2","role":"user","text":"Second","together":true,"chosen_id":"1"},
                  {"id":"4","parent_id":"3","role":"assistant","text":"","state":"nonsense","chosen_id":"2"},
                  {"id":"5","parent_id":"3","role":"assistant","text":"","state":"failed","error":{"type":1}}]}
                """;
        ChatClient friend = new ChatClient(server, TestMembers.add(server.jdbc()));
        String copy = friend.post("/api/import", file).body().get("first").asString();
        JsonNode messages =
                friend.get("/api/conversations/" + copy + "/export").body().get("messages");
        assertThat(messages).hasSize(4);
        assertThat(messages.get(0).get("together").asBoolean()).isFalse();
        assertThat(messages.get(1).get("state").asString()).isEqualTo("interrupted");
        assertThat(messages.get(1).get("chosen_id").isNull()).isTrue();
        assertThat(messages.get(1).get("error").isNull()).isTrue();
        assertThat(messages.get(2).get("together").asBoolean()).isTrue();
        assertThat(messages.get(3).get("state").asString()).isEqualTo("failed");
    }

    private static UUID put(String shelf, String body) {
        UUID id = UUID.randomUUID();
        assertThat(client.send("PUT", "/api/" + shelf + "/" + id, body, Map.of())
                        .status())
                .isEqualTo(200);
        return id;
    }

    private static String without(JsonNode node, String field) {
        return node.toString().replaceAll("\"" + field + "\":\"[^\"]*\",?", "");
    }

    @Test
    void markdownHasTheNewestBranch() {
        Answer markdown = client.get("/api/conversations/" + conversation() + "/export?format=markdown");
        assertThat(markdown.raw().body())
                .contains("## You\n\nA branch\n")
                .contains("You said: A branch")
                .doesNotContain("Sparta");
        assertThat(client.get("/api/conversations/" + conversation() + "/export?format=pdf")
                        .errorType())
                .isEqualTo("invalid_request");
    }

    @Test
    void exportsOfOthersAreRead() {
        String claude = """
                [{"uuid":"c-1","name":"From Claude","created_at":"2026-01-02T03:04:05.000000Z","chat_messages":[
                  {"uuid":"m-1","text":"Hello","sender":"human","created_at":"2026-01-02T03:04:05Z"},
                  {"uuid":"m-2","text":"","content":[{"type":"text","text":"Hi!"}],"sender":"assistant"},
                  {"uuid":"m-3","text":"","sender":"human"}]}]
                """;
        Answer first = client.post("/api/import", claude);
        assertThat(first.body().get("imported").asInt()).isEqualTo(1);
        assertThat(texts(client, first.body().get("first").asString())).containsExactly("Hello", "Hi!");
        String chatGpt = """
                [{"title":"From ChatGPT","create_time":1.7e9,"conversation_id":"g-1","mapping":{
                  "root":{"id":"root","message":null,"parent":null,"children":["s"]},
                  "s":{"parent":"root","children":["u"],"message":{"author":{"role":"system"},"content":{"parts":["x"]}}},
                  "u":{"parent":"s","children":["a","b"],
                       "message":{"author":{"role":"user"},"create_time":1.7e9,"content":{"parts":["Why?"]}}},
                  "a":{"parent":"u","children":[],"message":{"author":{"role":"assistant"},"content":{"parts":["One."]},
                       "metadata":{"model_slug":"gpt-x"}}},
                  "b":{"parent":"u","children":["u"],
                       "message":{"author":{"role":"assistant"},"content":{"parts":["Two.",{"image":1}]}}}}}]
                """;
        Answer second = client.post("/api/import", chatGpt);
        String id = second.body().get("first").asString();
        assertThat(texts(client, id)).containsExactly("Why?", "One.", "Two.");
        JsonNode newest = client.get("/api/conversations/" + id).body();
        assertThat(newest.get("messages").get(1).get("text").asString()).isEqualTo("Two.");
        assertThat(newest.get("versions")
                        .get(newest.get("messages").get(1).get("id").asString()))
                .hasSize(2);
        for (String bad : List.of("{}", "[]", "[1,2]", "nonsense", "{\"mapping\":{}}")) {
            assertThat(client.post("/api/import", bad).status()).as(bad).isIn(400, 200);
        }
        assertThat(client.post("/api/import", "{}").errorType()).isEqualTo("invalid_request");
    }

    @Test
    void aLinkShowsACopyToWhoeverHasItUntilItIsRevoked() {
        UUID conversation = conversation();
        Answer made = client.post("/api/conversations/" + conversation + "/shares", "{\"days\":7}");
        assertThat(made.status()).isEqualTo(201);
        String path = made.body().get("path").asString();
        String secret = path.substring("/#/s/".length());
        client.ask(conversation, null, "Said later");
        JsonNode copy = nobody.get("/api/shared/" + secret).body();
        assertThat(copy.get("messages")).hasSize(2);
        assertThat(copy.toString()).contains("A branch").doesNotContain("later");
        assertThat(server.jdbc()
                        .sql("SELECT encode(hash, 'escape') FROM share")
                        .query(String.class)
                        .list())
                .doesNotContain(secret);
        Answer own = stranger.post("/api/shared/" + secret + "/copy", "");
        assertThat(texts(stranger, own.body().get("id").asString())).hasSize(2);
        assertThat(nobody.get("/api/shared/" + secret + "x").status()).isEqualTo(404);
        assertThat(nobody.post("/api/shared/" + secret + "/copy", "").status()).isEqualTo(401);
        String id = made.body().get("share").get("id").asString();
        assertThat(stranger.get("/api/conversations/" + conversation + "/shares")
                        .status())
                .isEqualTo(404);
        assertThat(stranger.send("DELETE", "/api/shares/" + id, null, Map.of()).status())
                .isEqualTo(404);
        assertThat(client.get("/api/conversations/" + conversation + "/shares")
                        .body()
                        .get("shares"))
                .hasSize(1);
        assertThat(client.send("DELETE", "/api/shares/" + id, null, Map.of()).status())
                .isEqualTo(204);
        assertThat(nobody.get("/api/shared/" + secret).status()).isEqualTo(404);
    }

    @Test
    void aLinkDiesWithItsTimeAndItsConversation() {
        UUID conversation = conversation();
        String path = client.post("/api/conversations/" + conversation + "/shares", "{}")
                .body()
                .get("path")
                .asString();
        String shared = "/api/shared/" + path.substring("/#/s/".length());
        assertThat(nobody.get(shared).status()).isEqualTo(200);
        client.send("DELETE", "/api/conversations/" + conversation, null, Map.of());
        assertThat(nobody.get(shared).status()).isEqualTo(404);
        client.post("/api/conversations/" + conversation + "/restore", "");
        assertThat(nobody.get(shared).status()).isEqualTo(200);
        server.jdbc().sql("UPDATE share SET expires_at = now()").update();
        assertThat(nobody.get(shared).status()).isEqualTo(404);
        assertThat(client.post("/api/conversations/" + conversation + "/shares", "{\"days\":0}")
                        .errorType())
                .isEqualTo("invalid_request");
        assertThat(stranger.post("/api/conversations/" + conversation + "/shares", "{}")
                        .status())
                .isEqualTo(404);
    }
}
