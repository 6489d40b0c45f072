package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.chat.ChatClient.Event;
import dev.stoa.api.chat.ChatClient.EventReader;
import dev.stoa.api.chat.ChatClient.Transcript;
import dev.stoa.conversation.ScriptedGenerations.Script;
import dev.stoa.inference.StopReason;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers as subscribers see them: from any offset, many at once, on another server, and how they end. */
class AnswerEventsTest {
    private static final String SMILES = "a😀b";

    private static ChatServer server;
    private static ChatServer other;
    private static ChatClient client;
    private static ChatClient otherClient;

    @BeforeAll
    static void start() {
        server = ChatServer.start("--stoa.database=shared");
        other = server.twin("--stoa.database=shared");
        client = new ChatClient(server, server.key());
        otherClient = new ChatClient(other, server.key());
    }

    @AfterAll
    static void stop() {
        assertThat(server.model().open()).as("streams left open").isZero();
        other.close();
        server.close();
    }

    private static String state(Transcript transcript) {
        return transcript.message().get("state").asString();
    }

    @Test
    void everyOffsetGetsExactlyTheRest() throws Exception {
        Script script = server.model().script("offsets");
        UUID reply = client.ask(client.newConversation(), null, "offsets");
        String text = SMILES + " und \u2028 <b>\"quoted\"</b>\n\ndata: x\r\n";
        List<Future<Transcript>> live = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int after = 0; after <= text.length() + 2; after++) {
                int offset = after;
                live.add(threads.submit(() -> (offset % 2 == 0 ? client : otherClient).follow(reply, offset)));
            }
            // Cuts through the surrogate pair and everything else.
            text.chars().forEach(unit -> script.text(String.valueOf((char) unit)));
            script.finish();
            for (int after = 0; after <= text.length() + 2; after++) {
                String rest = text.substring(Math.min(after, text.length()));
                for (Transcript transcript : List.of(live.get(after).get(), client.follow(reply, after))) {
                    assertThat(transcript.text()).as("after %d", after).isEqualTo(rest);
                    assertThat(transcript.message().get("text").asString()).isEqualTo(text);
                    assertThat(state(transcript)).isEqualTo("complete");
                }
            }
        }
    }

    @Test
    void aRunGoesOnWhenEverySubscriberHasLeftAndCanBeResumed() {
        Script script = server.model().script("left alone");
        UUID reply = client.ask(client.newConversation(), null, "left alone");
        script.text("one ");
        String lastId;
        try (EventReader first = client.events(reply, 0)) {
            Event event = requireNonNull(first.next());
            assertThat(event.data().get("text").asString()).isEqualTo("one ");
            lastId = requireNonNull(event.id());
        }
        script.text("two ");
        await().until(() -> stored(reply).equals("one two "));
        script.text("three");
        // The header of a reconnecting browser knows more than the address it repeats.
        String path = "/api/messages/" + reply + "/events?after=0";
        try (EventReader second = client.events(path, Map.of("Last-Event-ID", lastId))) {
            script.finish();
            assertThat(second.toEnd().text()).isEqualTo("two three");
        }
    }

    private static String stored(UUID message) {
        return server.jdbc()
                .sql("SELECT coalesce(string_agg(text, '' ORDER BY seq), '') FROM run_event WHERE message_id = :id")
                .param("id", message)
                .query(String.class)
                .single();
    }

    @Test
    void stopKeepsTheTextSoFar() {
        Script script = server.model().script("stop me");
        script.text("so far");
        UUID reply = client.ask(client.newConversation(), null, "stop me");
        try (EventReader reader = client.events(reply, 0)) {
            requireNonNull(reader.next());
            var stopped = client.post("/api/messages/" + reply + "/stop", "");
            assertThat(stopped.status()).isEqualTo(200);
            assertThat(stopped.body().get("state").asString()).isEqualTo("stopped");
            assertThat(stopped.body().get("text").asString()).isEqualTo("so far");
            assertThat(reader.toEnd().message()).isEqualTo(stopped.body());
            assertThat(client.post("/api/messages/" + reply + "/stop", "").body())
                    .isEqualTo(stopped.body());
        }
    }

    @Test
    void anotherServerFollowsAndStopsToo() {
        Script script = server.model().script("far away");
        script.text("abc");
        UUID reply = client.ask(client.newConversation(), null, "far away");
        try (EventReader reader = otherClient.events(reply, 1)) {
            assertThat(requireNonNull(reader.next()).data().get("text").asString())
                    .isEqualTo("bc");
            var stopped = otherClient.post("/api/messages/" + reply + "/stop", "");
            assertThat(stopped.body().get("state").asString()).isEqualTo("stopped");
            assertThat(state(reader.toEnd())).isEqualTo("stopped");
        }
    }

    @Test
    void failuresAndRefusalsEndTheAnswerInPlainWords() {
        server.model().script("refused").text("No").finish(StopReason.REFUSAL);
        server.model().script("broken").text("half").fail(new IllegalStateException("secret detail"));
        server.model().script("busy").fail(new StoaException(ErrorKind.OVERLOADED, "The model is being loaded."));
        UUID conversation = client.newConversation();

        Transcript refused = client.follow(client.ask(conversation, null, "refused"), 0);
        assertThat(state(refused)).isEqualTo("refused");
        assertThat(refused.text()).isEqualTo("No");
        assertThat(refused.message().get("error").get("type").asString()).isEqualTo("refused");

        Transcript broken = client.follow(client.ask(conversation, null, "broken"), 0);
        assertThat(state(broken)).isEqualTo("failed");
        assertThat(broken.text()).isEqualTo("half");
        assertThat(broken.message().get("error").get("message").asString()).doesNotContain("secret");

        Transcript busy = client.follow(client.ask(conversation, null, "busy"), 0);
        assertThat(busy.message().get("error").get("type").asString()).isEqualTo("overloaded");
        assertThat(busy.message().get("error").get("message").asString()).isEqualTo("The model is being loaded.");
    }

    @Test
    void textThatPostgresqlCannotHoldIsReplaced() {
        server.model().script("nul").text("a\u0000b\uD83D").finish();
        Transcript transcript = client.follow(client.ask(client.newConversation(), null, "nul"), 0);
        assertThat(transcript.text()).isEqualTo("a\uFFFDb\uFFFD");
        assertThat(transcript.message().get("text").asString()).isEqualTo("a\uFFFDb\uFFFD");
    }

    @Test
    void deletingAConversationEndsItsRunsAndStreams() {
        Script script = server.model().script("delete me");
        script.text("x");
        UUID conversation = client.newConversation();
        UUID reply = client.ask(conversation, null, "delete me");
        try (EventReader here = client.events(reply, 0);
                EventReader there = otherClient.events(reply, 0)) {
            requireNonNull(here.next());
            requireNonNull(there.next());
            assertThat(otherClient
                            .send("DELETE", "/api/conversations/" + conversation, null, Map.of())
                            .status())
                    .isEqualTo(204);
            assertThat(here.toEnd().message().get("state").asString()).isEqualTo("stopped");
            assertThat(there.toEnd().message().get("text").asString()).isEqualTo("x");
        }
        assertThat(client.get("/api/messages/" + reply + "/events").status()).isEqualTo(404);
    }

    @Test
    void aBadOffsetIsRefused() {
        UUID reply = client.ask(client.newConversation(), null, "fine");
        for (String bad : List.of("-1", "x", "99999999999", "1.", "1.2.3", "1.99999999999")) {
            assertThat(client.get("/api/messages/" + reply + "/events?after=" + bad)
                            .errorType())
                    .isEqualTo("invalid_request");
        }
    }
}
