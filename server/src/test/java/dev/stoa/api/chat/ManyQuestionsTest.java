package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.api.chat.ChatClient.EventReader;
import dev.stoa.conversation.RunsLook;
import dev.stoa.conversation.ScriptedGenerations.Script;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Several questions of one thread: together, after, instead, steer. */
class ManyQuestionsTest {
    private static ChatServer server;
    private static ChatClient client;
    private UUID conversation = new UUID(0, 0);

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

    @BeforeEach
    void open() {
        conversation = client.newConversation();
    }

    private record Sent(UUID question, UUID reply, Answer answer) {}

    private Sent ask(@Nullable UUID parent, String text, @Nullable String policy) {
        UUID id = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        return new Sent(id, reply, send(id, reply, parent, text, policy));
    }

    private Answer send(UUID id, UUID reply, @Nullable UUID parent, String text, @Nullable String policy) {
        String body = """
                {"id":"%s","reply_id":"%s","parent_id":%s,"text":"%s"%s}
                """.formatted(
                        id,
                        reply,
                        parent == null ? "null" : "\"" + parent + "\"",
                        text,
                        policy == null ? "" : ",\"policy\":\"" + policy + "\"");
        return client.post("/api/conversations/" + conversation + "/messages", body);
    }

    private JsonNode thread() {
        return client.get("/api/conversations/" + conversation).body();
    }

    private List<String> queue() {
        List<String> texts = new ArrayList<>();
        thread().get("queue").forEach(one -> texts.add(one.get("text").asString()));
        return texts;
    }

    private static String state(UUID reply) {
        return client.follow(reply, 0).message().get("state").asString();
    }

    private static List<String> prompt(String question) {
        GenerationRequest request = server.model().request(question);
        return request.messages().stream()
                .filter(message -> message.role() != Message.Role.SYSTEM)
                .map(Message::plainText)
                .toList();
    }

    private static void awaitText(UUID reply) {
        try (EventReader reader = client.events(reply, 0)) {
            requireNonNull(reader.next());
        }
    }

    @Test
    void togetherIsAnsweredFromTheSameSnapshotAndLaterTurnsSeeAllInOrder() {
        Sent before = ask(null, "t before", null);
        client.follow(before.reply(), 0);
        Script first = server.model().script("t first").text("slow ");
        Sent one = ask(before.reply(), "t first", null);
        awaitText(one.reply());
        Sent two = ask(one.reply(), "t second", "together");
        Sent three = ask(two.reply(), "t third", "together");
        assertThat(three.answer().body().get("message").get("together").asBoolean())
                .isTrue();
        // The first one still runs; both others end beside it, and saw neither it nor each other.
        assertThat(state(two.reply())).isEqualTo("complete");
        assertThat(state(three.reply())).isEqualTo("complete");
        assertThat(prompt("t second")).containsExactly("t before", "You said: t before", "t second");
        assertThat(prompt("t third")).containsExactly("t before", "You said: t before", "t third");
        assertThat(ask(three.reply(), "t early", null).answer().errorType()).isEqualTo("conflict");
        first.text("end").finish();
        assertThat(state(one.reply())).isEqualTo("complete");
        Sent later = ask(three.reply(), "t later", null);
        assertThat(state(later.reply())).isEqualTo("complete");
        assertThat(prompt("t later"))
                .containsExactly(
                        "t before",
                        "You said: t before",
                        "t first",
                        "slow end",
                        "t second",
                        "You said: t second",
                        "t third",
                        "You said: t third",
                        "t later");
    }

    @Test
    void stoppingOneOfThemLeavesTheOthers() {
        server.model().script("s first").text("one ");
        Script second = server.model().script("s second").text("two ");
        Sent one = ask(null, "s first", null);
        Sent two = ask(one.reply(), "s second", "together");
        awaitText(two.reply());
        assertThat(client.post("/api/messages/" + one.reply() + "/stop", "").status())
                .isEqualTo(200);
        second.text("go on").finish();
        assertThat(client.follow(two.reply(), 0).text()).isEqualTo("two go on");
        assertThat(state(one.reply())).isEqualTo("stopped");
    }

    @Test
    void theQueueIsShownMovedChangedAndAskedInItsOrder() {
        Script running = server.model().script("q running").text("slow ");
        Sent one = ask(null, "q running", "after");
        assertThat(one.answer().status()).isEqualTo(201);
        Sent a = ask(one.reply(), "q a", "after");
        Sent b = ask(one.reply(), "q b", "after");
        Sent c = ask(one.reply(), "q c", "after");
        Sent d = ask(one.reply(), "q d", "after");
        assertThat(a.answer().status()).isEqualTo(202);
        assertThat(a.answer().body().get("queued").get("after_id").asString())
                .isEqualTo(one.reply().toString());
        assertThat(queue()).containsExactly("q a", "q b", "q c", "q d");
        // The same again is the same.
        assertThat(send(a.question(), a.reply(), one.reply(), "q a", "after").status())
                .isEqualTo(202);
        assertThat(client.send("PATCH", "/api/queue/" + c.question(), "{\"index\":0}", Map.of())
                        .status())
                .isEqualTo(200);
        assertThat(client.send("PATCH", "/api/queue/" + b.question(), "{\"text\":\"q b2\"}", Map.of())
                        .body()
                        .get("queue"))
                .hasSize(4);
        assertThat(client.send("DELETE", "/api/queue/" + d.question(), null, Map.of())
                        .status())
                .isEqualTo(204);
        assertThat(queue()).containsExactly("q c", "q a", "q b2");
        running.text("end").finish();
        await().until(() -> queue().isEmpty());
        assertThat(state(b.reply())).isEqualTo("complete");
        assertThat(prompt("q b2"))
                .containsExactly("q running", "slow end", "q c", "You said: q c", "q a", "You said: q a", "q b2");
        // Also after it was asked the same again is the same.
        Answer again = send(a.question(), a.reply(), one.reply(), "q a", "after");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body().get("reply").get("id").asString())
                .isEqualTo(a.reply().toString());
        assertThat(client.send("DELETE", "/api/queue/" + a.question(), null, Map.of())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void whatWaitsForAnAnswerThatFailsWaitsForThePerson() {
        Script running = server.model().script("f running").text("slow ");
        Sent one = ask(null, "f running", null);
        ask(one.reply(), "f waits", "after");
        running.fail(new IllegalStateException("a fault, made by the test"));
        assertThat(state(one.reply())).isEqualTo("failed");
        server.bean(RunsLook.class).look();
        assertThat(queue()).containsExactly("f waits");
    }

    @Test
    void whatCannotBeAskedHoldsNothingElseBack() {
        server.model().script("w running").text("slow ");
        Sent running = ask(null, "w running", null);
        Sent waiting = ask(running.reply(), "w waits", "after");
        List<UUID> stuck = new ArrayList<>();
        for (int number = 1; number <= 24; number++) {
            stuck.add(waitAlso(waiting.question(), new UUID(0, number), "a model that is gone"));
        }
        UUID last = waitAlso(waiting.question(), new UUID(-1, -1), null);
        RunsLook looks = server.bean(RunsLook.class);
        assertThat(looks.idle()).containsAll(stuck);
        client.send("DELETE", "/api/conversations/" + stuck.getFirst(), null, Map.of());
        assertThat(looks.idle()).containsAll(stuck.subList(1, 24)).doesNotContain(stuck.getFirst());
        await().until(() -> {
            looks.look();
            return !looks.idle().contains(last);
        });
        assertThat(client.get("/api/conversations/" + last).body().get("queue")).isEmpty();
        server.jdbc().sql("DELETE FROM queued_question").update();
        client.post("/api/messages/" + running.reply() + "/stop", "");
    }

    /** Lets a copy of what waits wait in another, new conversation, in which nothing is being written. */
    private static UUID waitAlso(UUID waiting, UUID conversation, @Nullable String model) {
        client.post("/api/conversations", "{\"id\":\"" + conversation + "\"}");
        UUID answer = client.ask(conversation, null, "w ended");
        client.follow(answer, 0);
        server.jdbc()
                .sql("""
                        INSERT INTO queued_question (id, reply_id, conversation_id, after_id, rank, text, model, seed,
                            organization_id, workspace_id, member_id, credential_id, created_at)
                        SELECT gen_random_uuid(), gen_random_uuid(), :conversation, :after, rank, text, :model, seed,
                            organization_id, workspace_id, member_id, credential_id, created_at
                        FROM queued_question WHERE id = :id
                        """)
                .param("conversation", conversation)
                .param("after", answer)
                .param("model", model)
                .param("id", waiting)
                .update();
        return conversation;
    }

    @Test
    void laterTurnsSeeTheVersionThatWasChosenInAGroup() {
        server.model().script("c one").text("the first").finish();
        Sent one = ask(null, "c one", null);
        assertThat(state(one.reply())).isEqualTo("complete");
        Sent two = ask(one.reply(), "c two", "together");
        assertThat(state(two.reply())).isEqualTo("complete");
        server.model().script("c one").text("the other").finish();
        UUID other = UUID.randomUUID();
        assertThat(client.post("/api/messages/" + one.question() + "/replies", "{\"id\":\"" + other + "\"}")
                        .status())
                .isEqualTo(201);
        assertThat(state(other)).isEqualTo("complete");
        Sent three = ask(two.reply(), "c three", null);
        assertThat(state(three.reply())).isEqualTo("complete");
        assertThat(prompt("c three")).startsWith("c one", "the first", "c two");

        assertThat(choose(one.reply(), other).body().get("chosen_id").asString())
                .isEqualTo(other.toString());
        Sent four = ask(three.reply(), "c four", null);
        assertThat(state(four.reply())).isEqualTo("complete");
        assertThat(prompt("c four")).startsWith("c one", "the other", "c two");
        assertThat(choose(one.reply(), two.reply()).errorType()).isEqualTo("invalid_request");
        // Whoever opens the conversation sees the whole line, though the version is the newest of all.
        server.model().script("c one").text("the newest").finish();
        UUID newest = UUID.randomUUID();
        client.post("/api/messages/" + one.question() + "/replies", "{\"id\":\"" + newest + "\"}");
        assertThat(state(newest)).isEqualTo("complete");
        choose(one.reply(), newest);
        assertThat(lastShown()).isEqualTo(four.reply());
        choose(one.reply(), one.reply());
        assertThat(lastShown()).isEqualTo(four.reply());
        choose(one.reply(), other);
        assertThat(choose(one.question(), other).errorType()).isEqualTo("invalid_request");

        assertThat(choose(one.reply(), one.reply()).body().get("chosen_id").isNull())
                .isTrue();
        Sent five = ask(four.reply(), "c five", null);
        assertThat(state(five.reply())).isEqualTo("complete");
        assertThat(prompt("c five")).startsWith("c one", "the first", "c two");
    }

    private UUID lastShown() {
        var messages = client.get("/api/conversations/" + conversation).body().get("messages");
        return UUID.fromString(messages.get(messages.size() - 1).get("id").asString());
    }

    private Answer choose(UUID place, UUID chosen) {
        return client.send("PUT", "/api/messages/" + place + "/choice", "{\"answer_id\":\"" + chosen + "\"}", Map.of());
    }

    @Test
    void insteadStopsTheRunningOneAndKeepsItsText() {
        server.model().script("i running").text("half ");
        Sent one = ask(null, "i running", null);
        awaitText(one.reply());
        Sent two = ask(one.reply(), "i instead", "instead");
        assertThat(two.answer().status()).isEqualTo(201);
        assertThat(state(one.reply())).isEqualTo("stopped");
        assertThat(state(two.reply())).isEqualTo("complete");
        assertThat(prompt("i instead")).containsExactly("i running", "half ", "i instead");
    }

    @Test
    void steerLetsTheRunningOneEndItsSentence() throws Exception {
        Script script = server.model().script("st running").text("It begins");
        Sent one = ask(null, "st running", null);
        awaitText(one.reply());
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var two = threads.submit(() -> ask(one.reply(), "st more", "steer"));
            await().until(() -> server.jdbc()
                            .sql("SELECT count(*) FROM run WHERE message_id = :id")
                            .param("id", one.reply())
                            .query(Integer.class)
                            .single()
                    == 1);
            for (String word : List.of(" and", " goes", " on. ", "Never", " seen")) {
                script.text(word);
            }
            // Words may have come before the wish did; a later sentence ends it then.
            script.text(" here. ");
            assertThat(two.get().answer().status()).isEqualTo(201);
            assertThat(state(two.get().reply())).isEqualTo("complete");
        }
        JsonNode first = client.follow(one.reply(), 0).message();
        assertThat(first.get("state").asString()).isEqualTo("steered");
        assertThat(first.get("text").asString()).endsWith(".");
        assertThat(prompt("st more")).endsWith(first.get("text").asString(), "st more");
    }

    @Test
    void aPolicyIsKeptWithItsConversation() {
        assertThat(thread().get("conversation").get("policy").asString()).isEqualTo("together");
        Answer changed = client.send("PATCH", "/api/conversations/" + conversation, "{\"policy\":\"after\"}", Map.of());
        assertThat(changed.body().get("policy").asString()).isEqualTo("after");
        assertThat(client.send("PATCH", "/api/conversations/" + conversation, "{\"policy\":\"never\"}", Map.of())
                        .status())
                .isEqualTo(400);
    }

    @Test
    void oneAnswerOfAComparisonIsKeptAndTheOthersAreNotInTheThreadBesideIt() {
        Sent first = ask(null, "one question", null);
        Sent second = ask(first.reply(), "one question", "together");
        client.follow(first.reply(), 0);
        client.follow(second.reply(), 0);
        UUID copy = UUID.randomUUID();
        String body = "{\"id\":\"" + copy + "\"}";
        Answer kept = client.post("/api/messages/" + second.reply() + "/keep", body);
        assertThat(kept.status()).as(kept.raw().body()).isEqualTo(201);
        JsonNode reply = kept.body().get("reply");
        assertThat(reply.get("parent_id").asString()).isEqualTo(first.question().toString());
        JsonNode original =
                client.get("/api/conversations/" + conversation + "?limit=10").body();
        assertThat(original.get("messages")).hasSize(2);
        assertThat(original.get("messages").get(1).get("id").asString()).isEqualTo(copy.toString());
        assertThat(original.get("versions").get(copy.toString())).hasSize(2);

        // Sent again it is the same; as another's or a question's it is refused.
        assertThat(client.post("/api/messages/" + second.reply() + "/keep", body)
                        .body()
                        .get("reply"))
                .isEqualTo(reply);
        assertThat(client.post("/api/messages/" + first.question() + "/keep", body)
                        .errorType())
                .isEqualTo("invalid_request");
        String taken = "{\"id\":\"" + first.question() + "\"}";
        assertThat(client.post("/api/messages/" + second.reply() + "/keep", taken)
                        .errorType())
                .isEqualTo("conflict");
        // The thread goes on behind the copy and knows nothing of the comparison.
        Sent next = ask(copy, "go on", null);
        client.follow(next.reply(), 0);
        assertThat(client.get("/api/conversations/" + conversation).body().get("messages"))
                .hasSize(4);
    }
}
