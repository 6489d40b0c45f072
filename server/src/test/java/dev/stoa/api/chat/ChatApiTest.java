package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.api.chat.ChatClient.Transcript;
import dev.stoa.identity.TestMembers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The calls of docs/chat-api.md over real HTTP, one after the other and again. */
class ChatApiTest {
    private static ChatServer server;
    private static ChatClient client;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        client = new ChatClient(server, server.key());
    }

    @AfterAll
    static void stop() {
        assertThat(server.model().open()).as("streams left open").isZero();
        server.close();
    }

    @Test
    void aQuestionIsAnsweredAndKept() {
        UUID conversation = client.newConversation();
        UUID id = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        Answer asked = client.ask(conversation, id, reply, null, "  What is   a stoa?\nTell me ");
        assertThat(asked.status()).isEqualTo(201);
        JsonNode message = asked.body().get("message");
        assertThat(message.get("role").asString()).isEqualTo("user");
        assertThat(message.get("state").asString()).isEqualTo("complete");
        assertThat(message.get("text").asString()).isEqualTo("  What is   a stoa?\nTell me ");
        assertThat(message.get("parent_id").isNull()).isTrue();
        assertThat(message.get("conversation_id").asString()).isEqualTo(conversation.toString());
        JsonNode first = asked.body().get("reply");
        assertThat(first.get("id").asString()).isEqualTo(reply.toString());
        assertThat(first.get("parent_id").asString()).isEqualTo(id.toString());
        assertThat(first.get("model").asString()).isEqualTo("big");

        Transcript transcript = client.follow(reply, 0);
        assertThat(transcript.text()).isEqualTo("You said:   What is   a stoa?\nTell me ");
        assertThat(transcript.lastId()).isEqualTo(transcript.text().length());
        assertThat(transcript.message().get("state").asString()).isEqualTo("complete");
        assertThat(transcript.message().get("usage").get("output_tokens").asInt())
                .isEqualTo(3);

        JsonNode read = client.get("/api/conversations/" + conversation).body();
        assertThat(read.get("conversation").get("title").asString()).isEqualTo("What is a stoa? Tell me");
        assertThat(read.get("messages")).hasSize(2);
        assertThat(read.get("messages").get(0)).isEqualTo(message);
        assertThat(read.get("messages").get(1)).isEqualTo(transcript.message());
    }

    @Test
    void theSameAgainGivesTheSameAnswer() {
        UUID conversation = UUID.randomUUID();
        String body = "{\"id\":\"" + conversation + "\",\"title\":\"Named\",\"model\":\"default\"}";
        Answer created = client.post("/api/conversations", body);
        Answer again = client.post("/api/conversations", body);
        assertThat(created.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(created.body());
        assertThat(created.body().get("model").asString()).isEqualTo("big");

        UUID id = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        Answer first = client.ask(conversation, id, reply, null, "once");
        JsonNode end = client.follow(reply, 0).message();
        Answer second = client.ask(conversation, id, reply, null, "once");
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.body().get("message")).isEqualTo(first.body().get("message"));
        assertThat(second.body().get("reply")).isEqualTo(end);
        assertThat(client.ask(conversation, id, reply, null, "twice").status()).isEqualTo(409);
        assertThat(client.ask(conversation, id, UUID.randomUUID(), null, "once").status())
                .isEqualTo(409);
        JsonNode read = client.get("/api/conversations/" + conversation).body();
        assertThat(read.get("messages")).hasSize(2);
        assertThat(read.get("conversation").get("title").asString()).isEqualTo("Named");
    }

    @Test
    void anotherAnswerIsASibling() {
        UUID conversation = client.newConversation();
        UUID question = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        client.ask(conversation, question, reply, null, "again");
        client.follow(reply, 0);
        UUID second = UUID.randomUUID();
        String body = "{\"id\":\"" + second + "\",\"model\":\"small\"}";
        Answer answer = client.post("/api/messages/" + question + "/replies", body);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body().get("reply").get("parent_id").asString()).isEqualTo(question.toString());
        assertThat(client.follow(second, 0).message().get("model").asString()).isEqualTo("small");
        assertThat(client.post("/api/messages/" + question + "/replies", body).status())
                .isEqualTo(201);
        assertThat(client.post("/api/messages/" + reply + "/replies", body).status())
                .isEqualTo(400);
        assertThat(client.get("/api/conversations/" + conversation + "?since=0")
                        .body()
                        .get("messages"))
                .hasSize(3);
    }

    @Test
    void aStaleParentMakesABranchThatSeesOnlyItsOwnPast() {
        UUID conversation = client.newConversation();
        UUID root = client.ask(conversation, null, "root");
        client.follow(root, 0);
        UUID left = client.ask(conversation, root, "left");
        client.follow(left, 0);
        client.follow(client.ask(conversation, root, "right"), 0);
        List<String> prompt = server.model().request("right").messages().stream()
                .skip(1)
                .map(message -> message.plainText())
                .toList();
        assertThat(prompt).containsExactly("root", "You said: root", "right");
        assertThat(client.get("/api/conversations/" + conversation + "?since=0")
                        .body()
                        .get("messages"))
                .hasSize(6);
    }

    @Test
    void aParentThatIsStillWrittenIsAConflict() {
        server.model().script("slow");
        UUID conversation = client.newConversation();
        UUID slow = client.ask(conversation, null, "slow");
        assertThat(client.ask(conversation, UUID.randomUUID(), UUID.randomUUID(), slow, "x")
                        .status())
                .isEqualTo(409);
        client.post("/api/messages/" + slow + "/stop", "");
        // An answer without text is left out, and the two questions are one turn.
        client.follow(client.ask(conversation, slow, "never mind"), 0);
        assertThat(server.model().request("slow\n\nnever mind")).isNotNull();
    }

    @Test
    void aLongPastIsShortenedFromItsBeginning() {
        UUID conversation = UUID.randomUUID();
        client.post("/api/conversations", "{\"id\":\"" + conversation + "\",\"model\":\"small\"}");
        UUID parent = null;
        for (int i = 0; i < 8; i++) {
            parent = client.ask(conversation, parent, "w ".repeat(8) + i);
            assertThat(client.follow(parent, 0).message().get("state").asString())
                    .isEqualTo("complete");
        }
        // System prompt 8 words; a turn 9 + 11; the question 9; room 100 - 25 = 75.
        var request = server.model().request("w ".repeat(8) + "7");
        assertThat(request.messages()).hasSize(1 + 2 * 2 + 1);
        assertThat(request.messages().get(1).plainText()).endsWith("5");
        assertThat(request.maxTokens()).isEqualTo(100 - (8 + 2 * 20 + 9));

        UUID tooLong = client.ask(conversation, parent, "w ".repeat(100));
        JsonNode failed = client.follow(tooLong, 0).message();
        assertThat(failed.get("state").asString()).isEqualTo("failed");
        assertThat(failed.get("error").get("message").asString()).contains("too long for the model", "75");
    }

    @Test
    void aLongPastIsPutIntoFewWordsThatStandInItsPlace() {
        UUID conversation = UUID.randomUUID();
        client.post("/api/conversations", "{\"id\":\"" + conversation + "\",\"model\":\"small\"}");
        server.model().summary("They counted to four.");
        UUID parent = null;
        for (int i = 0; i < 5; i++) {
            parent = client.ask(conversation, parent, "s ".repeat(8) + i);
            client.follow(parent, 0);
        }
        server.model().summary(null);
        // The fifth question came to more than 75 of 100 tokens: the newest quarter stays, the rest is summarised.
        var summarised = server.model().request("summary");
        assertThat(summarised.messages().getLast().plainText())
                .contains("User: s ")
                .contains("Assistant: You said: ")
                .doesNotContain("s 4");
        var request = server.model().request("s ".repeat(8) + "4");
        assertThat(request.messages().getFirst().plainText())
                .contains("Summary of the conversation so far:\nThey counted to four.");
        assertThat(request.messages()).hasSizeLessThan(1 + 2 * 4 + 1);
        JsonNode read = client.get("/api/conversations/" + conversation).body();
        assertThat(read.get("messages")).as("nothing is deleted").hasSize(10);
        assertThat(read.get("summaries")).hasSize(1);
        String covered = read.get("summaries").get(0).get("message_id").asString();
        assertThat(read.get("messages").toString()).contains(covered);
        // The next question begins with the same words, so that a cache of prefixes helps.
        parent = client.ask(conversation, parent, "short");
        client.follow(parent, 0);
        assertThat(server.model().request("short").messages())
                .startsWith(request.messages().toArray(dev.stoa.inference.Message[]::new));
    }

    @Test
    void conversationsComeLastChangedFirstPageByPage() {
        ChatClient member = new ChatClient(server, TestMembers.add(server.jdbc()));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(member.newConversation().toString());
        }
        member.send("PATCH", "/api/conversations/" + ids.getLast(), "{\"title\":\"first now\"}", Map.of());
        ids.addFirst(ids.removeLast());
        List<String> seen = new ArrayList<>();
        String next = "";
        while (next != null) {
            JsonNode page = member.get("/api/conversations?limit=2" + next).body();
            page.get("conversations").forEach(c -> seen.add(c.get("id").asString()));
            next = page.get("next").isNull()
                    ? null
                    : "&before=" + page.get("next").asString();
        }
        assertThat(seen).isEqualTo(ids);
    }

    @Test
    void modelsNameTheDefault() {
        JsonNode models = client.get("/api/models").body();
        assertThat(models.get("loading").isNull()).isTrue();
        assertThat(models.get("models").get(0).get("default").asBoolean()).isTrue();
        assertThat(models.get("models").get(1).get("default").asBoolean()).isFalse();
        assertThat(models.get("models").get(0).get("context_length").asInt()).isEqualTo(100_000);
    }
}
