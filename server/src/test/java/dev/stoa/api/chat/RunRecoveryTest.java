package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.EventReader;
import dev.stoa.api.chat.ChatClient.Transcript;
import dev.stoa.conversation.RunsLook;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.MockModel;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.TokenStream;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of answers when their server is killed, loses them, or is told to stop. */
class RunRecoveryTest {
    /** Some 400 ms of answer. */
    private static final String PACED = "mock-10-4-100";

    private static final String QUESTION = "before the kill";

    /** Asks the paced model. @return the answer's id */
    private static UUID ask(ChatClient client, String model, String question) {
        UUID reply = UUID.randomUUID();
        String body = """
                {"id":"%s","reply_id":"%s","parent_id":null,"text":"%s","model":"%s"}
                """.formatted(UUID.randomUUID(), reply, question, model);
        assertThat(client.post("/api/conversations/" + client.newConversation() + "/messages", body)
                        .status())
                .isEqualTo(201);
        return reply;
    }

    /** What an answer is that nobody cuts, by the seed that its run keeps. */
    private static String uncut(ChatServer server, UUID reply) {
        String kept = server.jdbc()
                .sql("SELECT request::text FROM run WHERE message_id = :id")
                .param("id", reply)
                .query(String.class)
                .single();
        JsonNode request = new JsonMapper().readTree(kept);
        long seed = request.get("sampling").get("seed").asLong();
        assertThat(request.get("lines").get(1).get("text").asString()).isEqualTo(QUESTION);
        GenerationRequest same = GenerationRequest.builder(
                        "req_x",
                        PACED,
                        new Prompt.Conversation(List.of(Message.text(Message.Role.USER, QUESTION))),
                        1000,
                        new Sampling(1, 0, 1, 0, 1, 0, 0, seed),
                        "test")
                .build();
        StringBuilder text = new StringBuilder();
        try (TokenStream stream = MockModel.named("mock-0-0-100").orElseThrow().answer(same)) {
            while (true) {
                switch (requireNonNull(stream.next(Duration.ofSeconds(5)))) {
                    case TokenStream.TextDelta(String more) -> text.append(more);
                    case TokenStream.Finished finished -> {
                        return text.toString();
                    }
                    case TokenStream.Started started -> {}
                    default -> {}
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** To the database it is as if the server had died: another one owned the run, and is silent. */
    private static void disown(ChatServer server, UUID reply) {
        assertThat(server.jdbc()
                        .sql("UPDATE run SET server_id = gen_random_uuid(), heartbeat_at = '-infinity'"
                                + " WHERE message_id = :id")
                        .param("id", reply)
                        .update())
                .isEqualTo(1);
    }

    private static void awaitText(ChatClient client, UUID reply) {
        try (EventReader reader = client.events(reply, 0)) {
            requireNonNull(reader.next());
        }
    }

    private static void assertWhole(Transcript transcript, String text) {
        assertThat(transcript.message().get("state").asString()).isEqualTo("complete");
        assertThat(transcript.message().get("text").asString()).isEqualTo(text);
        assertThat(transcript.text()).isEqualTo(text);
        assertThat(transcript.message().get("usage").get("output_tokens").asInt())
                .isEqualTo(100);
    }

    /** Takes a run from its server, and has that take it up again. */
    private static UUID ownerOfItsSecondLife(ChatServer server, UUID reply) {
        disown(server, reply);
        server.bean(RunsLook.class).look();
        return server.jdbc()
                .sql("SELECT server_id FROM run WHERE message_id = :id AND epoch = 2")
                .param("id", reply)
                .query(UUID.class)
                .single();
    }

    @Test
    void aServerThatTakesItsOwnRunUpAgainLogsNothingOfItsEarlierLife() {
        try (ChatServer server = ChatServer.start()) {
            ChatClient client = new ChatClient(server, server.key());
            UUID reply = ask(client, "mock-600000-1-5", QUESTION);
            UUID owner = ownerOfItsSecondLife(server, reply);
            assertThat(server.bean(RunsLook.class).append(owner, reply, List.of(1, 2)))
                    .containsExactly(2);
            assertThat(server.jdbc()
                            .sql("SELECT text FROM run_event WHERE message_id = :id")
                            .param("id", reply)
                            .query(String.class)
                            .list())
                    .containsExactly("life 2");
            assertThat(client.post("/api/messages/" + reply + "/stop", "").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void whoeverLostARunEndsItNot() {
        try (ChatServer server = ChatServer.start()) {
            ChatClient client = new ChatClient(server, server.key());
            UUID reply = ask(client, "mock-600000-1-5", QUESTION);
            UUID owner = ownerOfItsSecondLife(server, reply);
            RunsLook look = server.bean(RunsLook.class);
            assertThat(look.end(owner, reply, 1, "its earlier life")).isFalse();
            assertThat(look.end(UUID.randomUUID(), reply, 2, "another server")).isFalse();
            assertThat(look.end(owner, reply, 2, "its owner")).isTrue();
            assertThat(look.end(owner, reply, 2, "its owner again")).isFalse();
            assertThat(server.jdbc()
                            .sql("SELECT state || ': ' || text FROM message WHERE id = :id")
                            .param("id", reply)
                            .query(String.class)
                            .single())
                    .isEqualTo("stopped: its owner");
        }
    }

    @Test
    void anotherServerGoesOnByteForByteAndSubscribersOfBothMissNothing() throws Exception {
        try (ChatServer one = ChatServer.start("--stoa.database=shared");
                ChatServer two = one.twin("--stoa.database=shared");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ChatClient client = new ChatClient(one, one.key());
            ChatClient other = new ChatClient(two, one.key());
            UUID reply = ask(client, PACED, QUESTION);
            awaitText(other, reply);
            String whole = uncut(one, reply);
            Future<Transcript> here = threads.submit(() -> client.follow(reply, 0));
            Future<Transcript> there = threads.submit(() -> other.follow(reply, 0));
            disown(one, reply);
            assertWhole(here.get(), whole);
            assertWhole(there.get(), whole);
            assertThat(count(one, "run")).isZero();
            assertThat(count(one, "run_event")).isZero();
        }
    }

    private static int count(ChatServer server, String table) {
        return server.jdbc()
                .sql("SELECT count(*) FROM " + table)
                .query(Integer.class)
                .single();
    }

    @Test
    void theOnlyServerOfADatabaseGoesOnAtOnceWithWhatItsLastLifeLeft() {
        try (ChatServer before = ChatServer.start()) {
            ChatClient client = new ChatClient(before, before.key());
            UUID reply = ask(client, PACED, QUESTION);
            awaitText(client, reply);
            String whole = uncut(before, reply);
            // Alive by its heartbeat, but of a server that can't be there any more.
            before.jdbc()
                    .sql("UPDATE run SET server_id = gen_random_uuid(), heartbeat_at = 'infinity'")
                    .update();
            try (ChatServer after = before.twin()) {
                assertWhole(new ChatClient(after, before.key()).follow(reply, 0), whole);
            }
        }
    }

    @Test
    void aServerThatStopsLeavesItsRunsToTheOthers() {
        ChatServer keeper = ChatServer.start("--stoa.database=shared");
        try (keeper) {
            ChatClient client = new ChatClient(keeper, keeper.key());
            UUID reply;
            String whole;
            try (ChatServer stopping = keeper.twin("--stoa.database=shared", "--stoa.limits.drain=10ms")) {
                ChatClient other = new ChatClient(stopping, keeper.key());
                reply = ask(other, PACED, QUESTION);
                awaitText(other, reply);
                whole = uncut(keeper, reply);
            }
            assertWhole(client.follow(reply, 0), whole);
        }
    }

    @Test
    void anAnswerWithoutTokensEndsWithWhatWasLogged() {
        try (ChatServer server = ChatServer.start("--stoa.database=shared")) {
            ChatClient client = new ChatClient(server, server.key());
            server.model().script("no tokens").text("half an ans");
            UUID reply = client.ask(client.newConversation(), null, "no tokens");
            awaitText(client, reply);
            disown(server, reply);
            assertInterrupted(client.follow(reply, 0));
        }
    }

    @Test
    void anAnswerThatOutlivedTooManyServersEnds() {
        try (ChatServer server = ChatServer.start("--stoa.database=shared")) {
            ChatClient client = new ChatClient(server, server.key());
            server.model().script("deadly").text("half an ans");
            UUID reply = client.ask(client.newConversation(), null, "deadly");
            awaitText(client, reply);
            server.jdbc().sql("UPDATE run SET epoch = 100, request = '{}'").update();
            disown(server, reply);
            assertInterrupted(client.follow(reply, 0));
        }
    }

    private static void assertInterrupted(Transcript transcript) {
        assertThat(transcript.message().get("state").asString()).isEqualTo("interrupted");
        assertThat(transcript.text()).isEqualTo("half an ans");
    }

    @Test
    void aRunThatLivesIsLeftToItsServer() {
        try (ChatServer one = ChatServer.start("--stoa.database=shared");
                ChatServer two = one.twin("--stoa.database=shared")) {
            ChatClient client = new ChatClient(one, one.key());
            var script = one.model().script("slow").text("still ");
            UUID reply = client.ask(client.newConversation(), null, "slow");
            ChatClient other = new ChatClient(two, one.key());
            awaitText(other, reply);
            two.bean(dev.stoa.conversation.RunsLook.class).look();
            assertThat(one.jdbc()
                            .sql("SELECT epoch FROM run")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
            script.text("here").finish();
            assertThat(other.follow(reply, 0).text()).isEqualTo("still here");
        }
    }
}
