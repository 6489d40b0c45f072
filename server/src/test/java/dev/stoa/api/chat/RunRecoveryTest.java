package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.EventReader;
import dev.stoa.api.chat.ChatClient.Transcript;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of answers when their server is killed or told to stop. */
class RunRecoveryTest {

    /** A row as a killed server leaves it. @return the answer's id */
    private static UUID orphan(ChatServer server, ChatClient client, String sinceLastSign) {
        UUID reply = client.ask(client.newConversation(), null, "before the kill");
        client.follow(reply, 0);
        server.jdbc().sql("""
                        UPDATE message SET state = 'generating', text = 'half an ans', ended_at = NULL,
                            server_id = gen_random_uuid(), heartbeat_at = clock_timestamp() - :since::interval
                        WHERE id = :id
                        """).param("since", sinceLastSign).param("id", reply).update();
        return reply;
    }

    private static void assertInterrupted(Transcript transcript) {
        assertThat(transcript.message().get("state").asString()).isEqualTo("interrupted");
        assertThat(transcript.text()).isEqualTo("half an ans");
    }

    @Test
    void anAnswerWhoseServerGaveNoSignOfLifeIsInterrupted() {
        try (ChatServer server = ChatServer.start("--stoa.database=shared")) {
            ChatClient client = new ChatClient(server, server.key());
            UUID dead = orphan(server, client, "1 minute");
            UUID alive = orphan(server, client, "0 seconds");
            assertInterrupted(client.follow(dead, 0));
            assertThat(server.jdbc()
                            .sql("SELECT state FROM message WHERE id = :id")
                            .param("id", alive)
                            .query(String.class)
                            .single())
                    .isEqualTo("generating");
        }
    }

    @Test
    void theOnlyServerOfADatabaseEndsAtOnceWhatItsLastLifeLeft() {
        try (ChatServer before = ChatServer.start()) {
            UUID reply = orphan(before, new ChatClient(before, before.key()), "-1 hour");
            try (ChatServer after = before.twin()) {
                ChatClient client = new ChatClient(after, before.key());
                assertInterrupted(client.follow(reply, 0));
                UUID question = UUID.fromString(
                        client.follow(reply, 0).message().get("parent_id").asString());
                UUID again = UUID.randomUUID();
                assertThat(client.post("/api/messages/" + question + "/replies", "{\"id\":\"" + again + "\"}")
                                .status())
                        .isEqualTo(201);
                assertThat(client.follow(again, 0).text()).isEqualTo("You said: before the kill");
            }
        }
    }

    @Test
    void aServerThatStopsKeepsWhatItsRunsHaveWritten() {
        UUID reply;
        ChatServer keeper = ChatServer.start("--stoa.database=shared");
        try (keeper) {
            ChatClient client = new ChatClient(keeper, keeper.key());
            try (ChatServer stopping = keeper.twin("--stoa.database=shared", "--stoa.limits.drain=100ms")) {
                stopping.model().script("long").text("half an ans");
                ChatClient other = new ChatClient(stopping, keeper.key());
                reply = other.ask(other.newConversation(), null, "long");
                try (EventReader reader = other.events(reply, 0)) {
                    requireNonNull(reader.next());
                }
            }
            assertInterrupted(client.follow(reply, 0));
        }
    }
}
