package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.chat.ChatClient.Event;
import dev.stoa.conversation.ScriptedGenerations.Script;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Threads that only the client has: answered like others, and in no table afterwards. */
class TemporaryTest {
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

    private static HttpResponse<InputStream> ask(String body) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/temporary"))
                                .header("Authorization", "Bearer " + server.key())
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
    }

    private static List<Event> events(HttpResponse<InputStream> response) {
        List<Event> events = new ArrayList<>();
        try (ChatClient.EventReader reader = new ChatClient.EventReader(response.body())) {
            for (Event event = reader.next(); event != null; event = reader.next()) {
                events.add(event);
            }
        }
        return events;
    }

    /** In how many rows of all tables a text stands. */
    private static long rowsWith(String text) {
        long rows = 0;
        for (String table : server.jdbc()
                .sql("SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'")
                .query(String.class)
                .list()) {
            rows += server.jdbc()
                    .sql("SELECT count(*) FROM " + table + " t WHERE t::text LIKE :text")
                    .param("text", "%" + text + "%")
                    .query(Long.class)
                    .single();
        }
        return rows;
    }

    @Test
    void anAnswerIsStreamedAndNothingOfItIsInAnyTable() throws IOException, InterruptedException {
        server.model()
                .script("zanzibarine secret")
                .think("quagga thoughts")
                .text("ocelot ")
                .text("answer")
                .finish();
        List<Event> events = events(ask("{'messages':[{'role':'user','text':'first'},"
                + "{'role':'assistant','text':'said'},{'role':'user','text':'zanzibarine secret'}]}"));
        assertThat(events).extracting(Event::name).containsExactly("steps", "text", "text", "end");
        assertThat(events.get(1).data().get("text").asString()).isEqualTo("ocelot ");
        assertThat(events.getLast().data().get("state").asString()).isEqualTo("complete");
        var asked = server.model().request("zanzibarine secret").messages();
        assertThat(asked).hasSize(4);
        assertThat(asked.get(2).plainText()).isEqualTo("said");
        assertThat(rowsWith("zanzibarine") + rowsWith("quagga") + rowsWith("ocelot"))
                .isZero();
        // The scan finds what is kept.
        client.follow(client.ask(client.newConversation(), null, "capybara kept"), 0);
        assertThat(rowsWith("capybara")).isPositive();
    }

    @Test
    void aClientThatGoesEndsItsAnswer() throws IOException, InterruptedException {
        Script script = server.model().script("endless one");
        script.text("begun");
        HttpResponse<InputStream> response = ask("{'messages':[{'role':'user','text':'endless one'}]}");
        try (ChatClient.EventReader reader = new ChatClient.EventReader(response.body())) {
            assertThat(requireNonNull(reader.next()).data().get("text").asString())
                    .isEqualTo("begun");
            assertThat(server.model().open()).isEqualTo(1);
        }
        await().until(() -> {
            script.text("more");
            return server.model().open() == 0;
        });
    }

    @Test
    void failuresEndInPlainWordsAndBadThreadsAreRefused() throws IOException, InterruptedException {
        server.model().script("will break").text("half").fail(new IllegalStateException("secret detail"));
        List<Event> broken = events(ask("{'messages':[{'role':'user','text':'will break'}]}"));
        assertThat(broken.getLast().data().get("state").asString()).isEqualTo("failed");
        assertThat(broken.getLast().data().toString()).doesNotContain("secret detail");
        for (String bad : List.of(
                "{}",
                "{'messages':[]}",
                "{'messages':[{'role':'assistant','text':'x'}]}",
                "{'messages':[{'role':'system','text':'x'}]}",
                "{'messages':[{'role':'user','text':' '}]}",
                "{'messages':[null]}",
                "{'messages':[{'role':'user','text':'x'}],'model':'none such " + UUID.randomUUID() + "'}")) {
            assertThat(ask(bad).statusCode()).as(bad).isEqualTo(400);
        }
    }
}
