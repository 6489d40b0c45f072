package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.engine.Priority;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Titles: the first words, then the model's, but never over the person's own. */
class TitlesTest {
    private static ChatServer server;
    private static ChatClient client;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        client = new ChatClient(server, server.key());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void noTitle() {
        server.model().title(null);
    }

    private static String title(UUID conversation) {
        return client.get("/api/conversations/" + conversation)
                .body()
                .get("conversation")
                .get("title")
                .asString();
    }

    private static String source(UUID conversation) {
        return server.jdbc()
                .sql("SELECT title_source FROM conversation WHERE id = :id")
                .param("id", conversation)
                .query(String.class)
                .single();
    }

    @Test
    void theModelNamesAConversationOnceAfterItsFirstAnswer() {
        server.model().title("**“Owls at night.”**\nand more");
        UUID conversation = client.newConversation();
        UUID reply = client.ask(conversation, null, "What do owls do at night?");
        client.follow(reply, 0);
        await().until(() -> title(conversation).equals("Owls at night"));
        GenerationRequest asked = server.model().request("title");
        assertThat(asked.scheduling().priority()).isEqualTo(Priority.BATCH);
        assertThat(((Prompt.Conversation) asked.prompt()).thinking()).isEqualTo(Optional.of(false));
        assertThat(asked.messages().getLast().plainText())
                .contains("What do owls do at night?", "You said: What do owls do at night?");
        server.model().title("Another");
        client.follow(client.ask(conversation, reply, "And by day?"), 0);
        assertThat(source(conversation)).isEqualTo("model");
        assertThat(title(conversation)).isEqualTo("Owls at night");
    }

    @Test
    void thePersonsOwnTitleWins() {
        server.model().title("The model's");
        UUID conversation = client.newConversation();
        server.model().script("slow one");
        UUID reply = client.ask(conversation, null, "slow one");
        client.send("PATCH", "/api/conversations/" + conversation, "{\"title\":\"Mine\"}", Map.of());
        server.model().script("slow one").finish();
        client.post("/api/messages/" + reply + "/stop", "");
        UUID named = UUID.randomUUID();
        client.post("/api/conversations", "{\"id\":\"" + named + "\",\"title\":\"Also mine\"}");
        client.follow(client.ask(named, null, "hello"), 0);
        assertThat(source(named)).isEqualTo("person");
        assertThat(title(named)).isEqualTo("Also mine");
        assertThat(title(conversation)).isEqualTo("Mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "…",
                "A title that goes on and on, as if it were the answer to all questions that anybody had"
            })
    void whatIsNoTitleLeavesTheFirstWords(String line) {
        server.model().title(line.isEmpty() ? null : line);
        UUID conversation = client.newConversation();
        client.follow(client.ask(conversation, null, "First words"), 0);
        await().until(() -> source(conversation).equals("asked"));
        await().until(() -> server.model().open() == 0);
        assertThat(title(conversation)).isEqualTo("First words");
    }
}
