package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What an operator's worst night leaves behind: everything that was acknowledged. */
@Tag("e2e")
class RestartTest {
    private static final String LONG_QUESTION = "Write a story of three paragraphs about a lighthouse keeper.";
    private static final long SEED = 20_260_724;

    @TempDir(factory = OpenTempDir.class)
    Path data;

    @Test
    void goesOnByteForByteAfterAKillInMidAnswer() {
        try (StoaProcess server = StoaProcess.start(data)) {
            ChatClient chat = new ChatClient(server);
            String conversation = chat.newConversation();
            String finished = chat.ask(conversation, "Name one river.");
            JsonNode before = chat.awaitEnd(conversation, finished);
            String cut = chat.ask(conversation, LONG_QUESTION, SEED);
            chat.awaitText(conversation, cut);
            String seen = chat.message(conversation, cut).get("text").asString();

            server.killHard();
            server.restart();

            assertThat(chat.messages(conversation)).hasSize(4);
            assertThat(chat.message(conversation, finished)).isEqualTo(before);
            JsonNode after = chat.awaitEnd(conversation, cut);
            assertThat(after.get("state").asString()).isEqualTo("complete");
            assertThat(after.get("text").asString()).startsWith(seen);

            JsonNode uncut = chat.awaitEnd(conversation, chat.again(after, SEED));
            assertThat(uncut.get("text").asString()).isEqualTo(after.get("text").asString());
            assertThat(uncut.get("usage")).isEqualTo(after.get("usage"));
        }
    }

    @Test
    void drainsOnSigtermAndKeepsWhatWasWritten() {
        try (StoaProcess server = StoaProcess.start(data)) {
            ChatClient chat = new ChatClient(server);
            String conversation = chat.newConversation();
            String answer = chat.ask(conversation, "Name one river.");

            assertThat(server.terminate()).isIn(0, 143);
            assertThat(data.resolve("postgres").resolve("data").resolve("postmaster.pid"))
                    .as("PostgreSQL was shut down")
                    .doesNotExist();
            assertThat(server.restartAndTerminateEarly()).isZero();
            assertThat(data.resolve("postgres").resolve("data").resolve("postmaster.pid"))
                    .as("PostgreSQL was shut down by a server that was told to stop while it started")
                    .doesNotExist();
            server.restart();

            assertThat(chat.awaitEnd(conversation, answer).get("state").asString())
                    .isEqualTo("complete");
            assertThat(chat.messages(conversation)).hasSize(2);
        }
    }
}
