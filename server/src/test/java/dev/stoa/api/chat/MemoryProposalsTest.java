package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.engine.Priority;
import dev.stoa.identity.TestMembers;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What models propose to remember: shown, taken or refused by the person, and never remembered by itself. */
class MemoryProposalsTest {
    private static ChatServer server;
    private ChatClient client;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void somebodyNew() {
        client = new ChatClient(server, TestMembers.add(server.jdbc()));
    }

    private UUID say(UUID conversation, String text) {
        UUID reply = client.ask(conversation, null, text);
        client.follow(reply, 0);
        return reply;
    }

    private static void propose(String text) {
        server.model()
                .proposal()
                .think("Is it about the person?")
                .call(0, "remember", "{\"text\":", "\"" + text + "\"}")
                .finish();
    }

    private List<JsonNode> proposals(UUID conversation) {
        List<JsonNode> found = new ArrayList<>();
        client.get("/api/conversations/" + conversation).body().get("proposals").forEach(found::add);
        return found;
    }

    private List<String> memories() {
        List<String> texts = new ArrayList<>();
        client.get("/api/memories")
                .body()
                .get("memories")
                .forEach(one -> texts.add(one.get("text").asString()));
        return texts;
    }

    /** Every question that a model is to look at has been looked at, and its stream is closed. */
    private static void awaitLooks(UUID conversation, int questions) {
        await().until(() -> server.jdbc()
                                .sql("SELECT count(*) FROM memory_proposal WHERE conversation_id = ?")
                                .param(conversation)
                                .query(Integer.class)
                                .single()
                        == questions
                && server.model().proposed()
                && server.model().open() == 0);
    }

    @Test
    void whatIsProposedIsSeenOnAllDevicesAndRememberedOnceThePersonSaysSo() {
        UUID conversation = client.newConversation();
        client.send("PUT", "/api/memories/" + UUID.randomUUID(), "{\"text\":\"Rows at dawn.\"}", Map.of());
        long version = client.get("/api/conversations/" + conversation)
                .body()
                .get("conversation")
                .get("version")
                .asLong();
        propose("Lives in Delft.");
        say(conversation, "I live in Delft. Where may I row there?");
        await().until(() -> proposals(conversation).size() == 1);
        JsonNode proposal = proposals(conversation).getFirst();
        assertThat(proposal.get("text").asString()).isEqualTo("Lives in Delft.");
        assertThat(memories()).containsExactly("Rows at dawn.");
        long now = client.get("/api/conversations/" + conversation)
                .body()
                .get("conversation")
                .get("version")
                .asLong();
        assertThat(now).isGreaterThan(version);

        GenerationRequest asked = server.model().request("proposal");
        assertThat(asked.scheduling().priority()).isEqualTo(Priority.BATCH);
        assertThat(asked.messages()).hasSize(2);
        assertThat(asked.messages().getFirst().plainText()).contains("Rows at dawn.");
        assertThat(asked.messages().getLast().plainText()).isEqualTo("I live in Delft. Where may I row there?");
        assertThat(((Prompt.Conversation) asked.prompt()).tools().tools()).hasSize(1);

        // Taken with words of the person's own.
        String id = proposal.get("id").asString();
        Answer taken = client.send("PUT", "/api/memories/" + id, "{\"text\":\"Lives in Delft, NL.\"}", Map.of());
        assertThat(taken.status()).isEqualTo(200);
        assertThat(proposals(conversation)).isEmpty();
        assertThat(memories()).containsExactly("Rows at dawn.", "Lives in Delft, NL.");
        // And undone.
        assertThat(client.send("DELETE", "/api/memories/" + id, null, Map.of()).status())
                .isEqualTo(204);
        assertThat(memories()).containsExactly("Rows at dawn.");
        assertThat(client.send("DELETE", "/api/memory-proposals/" + id, null, Map.of())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void whatWasRefusedOrIsKnownIsNotProposedAgain() {
        UUID conversation = client.newConversation();
        propose("Likes owls.");
        say(conversation, "I like owls.");
        await().until(() -> proposals(conversation).size() == 1);
        String id = proposals(conversation).getFirst().get("id").asString();
        assertThat(client.send("DELETE", "/api/memory-proposals/" + id, null, Map.of())
                        .status())
                .isEqualTo(204);
        assertThat(proposals(conversation)).isEmpty();
        assertThat(memories()).isEmpty();
        propose("likes  owls");
        say(conversation, "As I said, I like owls.");
        awaitLooks(conversation, 2);
        assertThat(proposals(conversation)).isEmpty();
        client.send("PUT", "/api/memories/" + UUID.randomUUID(), "{\"text\":\"Is called Ada.\"}", Map.of());
        propose("Is called Ada");
        say(conversation, "I am Ada, called so by all.");
        awaitLooks(conversation, 3);
        assertThat(proposals(conversation)).isEmpty();
    }

    @Test
    void anotherAnswerIsNoOtherQuestion() {
        UUID conversation = client.newConversation();
        propose("Sails.");
        UUID reply = say(conversation, "I sail boats, and sails I mend.");
        await().until(() -> proposals(conversation).size() == 1);
        UUID question = UUID.fromString(client.get("/api/conversations/" + conversation)
                .body()
                .get("messages")
                .get(0)
                .get("id")
                .asString());
        assertThat(reply).isNotEqualTo(question);
        UUID again = UUID.randomUUID();
        client.post("/api/messages/" + question + "/replies", "{\"id\":\"" + again + "\"}");
        client.follow(again, 0);
        awaitLooks(conversation, 1);
        assertThat(proposals(conversation)).hasSize(1);
    }

    @Test
    void whatIsNoProposalIsNone() {
        UUID conversation = client.newConversation();
        server.model().proposal().text("nothing").finish();
        say(conversation, "How old is the sea?");
        server.model()
                .proposal()
                .call(0, "remember", "{\"text\":\"Owns a yacht")
                .finish();
        say(conversation, "I own a yacht.");
        server.model().proposal().call(0, "forget", "{\"text\":\"yacht\"}").finish();
        say(conversation, "My yacht is blue.");
        // Not made of what was said.
        propose("Enjoys mountains.");
        say(conversation, "My boat is red.");
        propose("boat ".repeat(200));
        say(conversation, "My boat is green.");
        awaitLooks(conversation, 5);
        assertThat(proposals(conversation)).isEmpty();
        assertThat(memories()).isEmpty();
    }

    @Test
    void whoeverDoesNotWantItIsNotLookedAt() {
        Answer off = client.send("PUT", "/api/instructions", "{\"text\":\"\",\"suggest_memory\":false}", Map.of());
        assertThat(off.body().get("suggest_memory").asBoolean()).isFalse();
        // What says nothing of it leaves it off.
        client.send("PUT", "/api/instructions", "{\"text\":\"Be brief.\"}", Map.of());
        assertThat(client.get("/api/instructions").body().get("suggest_memory").asBoolean())
                .isFalse();
        UUID unseen = client.newConversation();
        say(unseen, "I live in Delft.");
        somebodyNew();
        UUID conversation = client.newConversation();
        // A model that doesn't know tools is not asked either.
        UUID small = UUID.randomUUID();
        client.post(
                "/api/conversations/" + conversation + "/messages",
                "{\"id\":\"%s\",\"reply_id\":\"%s\",\"text\":\"I live in Leiden.\",\"model\":\"small\"}"
                        .formatted(UUID.randomUUID(), small));
        client.follow(small, 0);
        propose("Lives in Rome.");
        say(conversation, "I live in Rome.");
        await().until(() -> proposals(conversation).size() == 1);
        assertThat(server.jdbc()
                        .sql("SELECT text FROM memory_proposal WHERE conversation_id = ?")
                        .param(conversation)
                        .query(String.class)
                        .list())
                .containsExactly("Lives in Rome.");
        awaitLooks(unseen, 0);
    }
}
