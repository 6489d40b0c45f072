package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.conversation.RunsLook;
import dev.stoa.identity.TestMembers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Files of questions: taken, shown to the model, carried along, gone with what had them. */
class AttachmentTest {
    private static ChatServer server;
    private static ChatClient client;
    private static ChatClient stranger;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        client = new ChatClient(server, server.key());
        stranger = new ChatClient(server, TestMembers.add(server.jdbc()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer put(ChatClient by, UUID id, String name, String content) {
        return by.send("PUT", "/api/attachments/" + id + "?name=" + name, content, Map.of());
    }

    private static UUID file(String name, String content) {
        UUID id = UUID.randomUUID();
        Answer answer = put(client, id, name, content);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        return id;
    }

    private static String body(
            UUID id, UUID reply, @Nullable UUID parent, String text, @Nullable String more, UUID... files) {
        String ids = Arrays.stream(files).map(one -> "\"" + one + "\"").collect(Collectors.joining(","));
        return "{\"id\":\"%s\",\"reply_id\":\"%s\",\"parent_id\":%s,\"text\":\"%s\",\"attachments\":[%s]%s}"
                .formatted(
                        id, reply, parent == null ? "null" : "\"" + parent + "\"", text, ids, more == null ? "" : more);
    }

    private static Answer ask(UUID conversation, String body) {
        return client.post("/api/conversations/" + conversation + "/messages", body);
    }

    private static UUID ask(
            UUID conversation, @Nullable UUID parent, String text, @Nullable String more, UUID... files) {
        UUID reply = UUID.randomUUID();
        Answer answer = ask(conversation, body(UUID.randomUUID(), reply, parent, text, more, files));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        client.follow(reply, 0);
        return reply;
    }

    private static String prompt(String question) {
        return server.model().request(question).messages().getLast().plainText();
    }

    private static String words(int count) {
        return IntStream.range(0, count).mapToObj(i -> "word" + i).collect(Collectors.joining(" "));
    }

    private static int files() {
        return server.jdbc()
                .sql("SELECT count(*) FROM attachment")
                .query(Integer.class)
                .single();
    }

    @Test
    void theModelSeesTheFilesBeforeTheQuestionNowAndLater() {
        UUID conversation = client.newConversation();
        UUID one = file("a.md", "# One\r\ntext");
        UUID two = file("..%2Fb%0A.py", "print('two')");
        UUID reply = ask(conversation, null, "What are these?", null, one, two);
        String first = "<file name=\"a.md\">\n# One\ntext\n</file>\n\n<file name=\"b .py\">\nprint('two')\n</file>\n\n"
                + "What are these?";
        assertThat(prompt("What are these?")).isEqualTo(first);
        ask(conversation, reply, "And then?", null);
        // Word for word what was sent before, so that the cache of prefixes helps.
        assertThat(server.model().request("And then?").messages().stream().map(dev.stoa.inference.Message::plainText))
                .contains(first);
        JsonNode shown = client.get("/api/conversations/" + conversation).body().get("messages");
        assertThat(shown.get(0).get("attachments").toString())
                .isEqualTo(("[{'id':'%s','name':'a.md','media_type':'text/plain','size':11,'pages':0,'characters':10,"
                                + "'cut':false},{'id':'%s','name':'b .py','media_type':'text/plain','size':12,'pages':0,"
                                + "'characters':12,'cut':false}]")
                        .formatted(one, two)
                        .replace('\'', '"'));
        assertThat(shown.get(2).get("attachments")).isEmpty();
        assertThat(client.get("/api/attachments/" + one).body().get("text").asString())
                .isEqualTo("# One\ntext");
    }

    @Test
    void whatDoesNotFitIsCutAndMarked() {
        UUID conversation = client.newConversation();
        UUID small = file("short.txt", "few words");
        UUID large = file("long.txt", words(1_000));
        UUID reply = ask(conversation, null, "Sum up.", ",\"model\":\"small\"", small, large);
        String prompt = prompt("Sum up.");
        assertThat(prompt)
                .contains("few words\n</file>")
                .containsPattern(
                        "word0 word1 .*\\n\\[Cut here: these are the first \\d+ of 7889 characters.]\\n</file>")
                .doesNotContain("word60");
        // The same cut in the next prompt of the thread.
        ask(conversation, reply, "Go on.", ",\"model\":\"small\"");
        assertThat(server.model().request("Go on.").messages().stream().map(dev.stoa.inference.Message::plainText))
                .contains(prompt);
    }

    @Test
    void theFilesOfWhatWasSummarisedStay() {
        UUID conversation = client.newConversation();
        server.model().summary("They spoke of a file.");
        UUID reply = ask(conversation, null, "First.", ",\"model\":\"small\"", file("f.txt", "precious " + words(5)));
        reply = ask(conversation, reply, words(30), ",\"model\":\"small\"");
        reply = ask(conversation, reply, "Is it there?", ",\"model\":\"small\"");
        reply = ask(conversation, reply, "Still?", ",\"model\":\"small\"");
        server.model().summary(null);
        for (String question : List.of("Is it there?", "Still?")) {
            assertThat(server.model().request(question).messages().getFirst().plainText())
                    .contains("They spoke of a file.")
                    .contains("<file name=\"f.txt\">\nprecious word0");
        }
    }

    @Test
    void aSecondSummaryKeepsTheFilesOfTheFirst() {
        UUID conversation = client.newConversation();
        server.model().summary("They spoke of files.");
        String small = ",\"model\":\"small\"";
        UUID reply = ask(conversation, null, "One.", small, file("one.txt", "first"));
        reply = ask(conversation, reply, words(35), small);
        reply = ask(conversation, reply, "Seen?", small);
        reply = ask(conversation, reply, "Two.", small, file("two.txt", "second"));
        reply = ask(conversation, reply, words(35), small);
        reply = ask(conversation, reply, "Both?", small);
        ask(conversation, reply, "Still both?", small);
        server.model().summary(null);
        assertThat(client.get("/api/conversations/" + conversation).body().get("summaries"))
                .hasSize(2);
        for (String question : List.of("Both?", "Still both?")) {
            assertThat(server.model().request(question).messages().getFirst().plainText())
                    .as(question)
                    .contains("<file name=\"one.txt\">\nfirst\n</file>\n\n<file name=\"two.txt\">\nsecond");
        }
    }

    @Test
    void aStopEndsASummaryToo() {
        UUID conversation = client.newConversation();
        UUID reply = ask(conversation, null, words(20), ",\"model\":\"small\"");
        reply = ask(conversation, reply, words(22), ",\"model\":\"small\"");
        server.model().endlessSummary();
        UUID last = UUID.randomUUID();
        ask(conversation, body(UUID.randomUUID(), last, reply, words(24), ",\"model\":\"small\""));
        Answer stopped = client.post("/api/messages/" + last + "/stop", "");
        server.model().summary(null);
        assertThat(stopped.body().get("state").asString()).isEqualTo("stopped");
        assertThat(client.get("/api/conversations/" + conversation).body().get("summaries"))
                .isEmpty();
    }

    @Test
    void theSameAgainIsTheSameAndOtherFilesAreNot() {
        UUID conversation = client.newConversation();
        UUID file = file("a.txt", "text");
        assertThat(put(client, file, "a.txt", "text").status()).isEqualTo(201);
        assertThat(put(stranger, file, "a.txt", "text").errorType()).isEqualTo("conflict");
        UUID id = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        String asked = body(id, reply, null, "Same?", null, file);
        assertThat(ask(conversation, asked).status()).isEqualTo(201);
        assertThat(ask(conversation, asked).status()).isEqualTo(201);
        assertThat(ask(conversation, body(id, reply, null, "Same?", null)).errorType())
                .isEqualTo("conflict");
        client.follow(reply, 0);
        // An edit takes the files along.
        ask(conversation, null, "Edited", null, file);
        assertThat(prompt("Edited")).contains("text\n</file>");
        assertThat(client.send("DELETE", "/api/attachments/" + file, null, Map.of())
                        .errorType())
                .isEqualTo("conflict");
    }

    @Test
    void badFilesAndNamesAreRefusedInPlainWords() {
        UUID conversation = client.newConversation();
        assertThat(put(client, UUID.randomUUID(), "x.bin", "a\0b").errorType()).isEqualTo("unsupported_media_type");
        assertThat(put(client, UUID.randomUUID(), "x.txt", "").errorType()).isEqualTo("invalid_request");
        assertThat(put(client, UUID.randomUUID(), "x.pdf", "%PDF-1.7 no").body().toString())
                .contains("damaged");
        UUID file = file("", "text");
        assertThat(client.get("/api/attachments/" + file)
                        .body()
                        .get("attachment")
                        .get("name")
                        .asString())
                .isEqualTo("file");
        UUID theirs = UUID.randomUUID();
        put(stranger, theirs, "t", "theirs");
        for (String files : List.of(
                "\"" + theirs + "\"", "\"" + UUID.randomUUID() + "\"", "null", "\"" + file + "\",\"" + file + "\"")) {
            String asked =
                    body(UUID.randomUUID(), UUID.randomUUID(), null, "x", null).replace("[]", "[" + files + "]");
            assertThat(ask(conversation, asked).errorType()).as(files).isEqualTo("invalid_request");
        }
        assertThat(client.get("/api/conversations/" + conversation).body().get("messages"))
                .isEmpty();
        assertThat(client.send("DELETE", "/api/attachments/" + file, null, Map.of())
                        .status())
                .isEqualTo(204);
        assertThat(client.get("/api/attachments/" + file).status()).isEqualTo(404);
    }

    @Test
    void aQuestionThatWaitsKeepsItsFiles() {
        UUID conversation = client.newConversation();
        var script = server.model().script("Slow");
        UUID slow = UUID.randomUUID();
        ask(conversation, body(UUID.randomUUID(), slow, null, "Slow", null));
        UUID next = UUID.randomUUID();
        String after = ",\"policy\":\"after\"";
        UUID file = file("w.txt", "waits");
        Answer queued = ask(conversation, body(UUID.randomUUID(), next, slow, "Then", after, file));
        assertThat(queued.status()).isEqualTo(202);
        assertThat(queued.body()
                        .get("queued")
                        .get("attachments")
                        .get(0)
                        .get("name")
                        .asString())
                .isEqualTo("w.txt");
        UUID removed = UUID.randomUUID();
        UUID dropped = file("d.txt", "dropped");
        ask(conversation, body(removed, UUID.randomUUID(), slow, "Not", after, dropped));
        client.send("DELETE", "/api/queue/" + removed, null, Map.of());
        // The person has it back in the box and may ask again with it.
        assertThat(client.send("DELETE", "/api/attachments/" + dropped, null, Map.of())
                        .status())
                .isEqualTo(204);
        script.text("done").finish();
        client.follow(slow, 0);
        while (client.get("/api/messages/" + next + "/events").status() == 404) {
            Thread.onSpinWait();
        }
        client.follow(next, 0);
        assertThat(prompt("Then")).contains("waits\n</file>");
    }

    @Test
    void exportsAndSharedCopiesCarryFiles() {
        UUID conversation = client.newConversation();
        ask(conversation, null, "Take it along", null, file("luggage.md", "heavy"));
        Answer export = client.get("/api/conversations/" + conversation + "/export?format=json");
        String copy = stranger.post("/api/import", export.raw().body())
                .body()
                .get("first")
                .asString();
        String path = client.post("/api/conversations/" + conversation + "/shares", "{}")
                .body()
                .get("path")
                .asString();
        String own = stranger.post("/api/shared/" + path.substring("/#/s/".length()) + "/copy", "")
                .body()
                .get("id")
                .asString();
        for (String id : List.of(copy, own)) {
            JsonNode file = stranger.get("/api/conversations/" + id)
                    .body()
                    .get("messages")
                    .get(0)
                    .get("attachments")
                    .get(0);
            assertThat(file.get("name").asString()).isEqualTo("luggage.md");
            assertThat(stranger.get("/api/attachments/" + file.get("id").asString())
                            .body()
                            .get("text")
                            .asString())
                    .isEqualTo("heavy");
        }
        assertThat(client.get("/api/conversations/" + conversation + "/export?format=markdown")
                        .raw()
                        .body())
                .contains("*Attached: luggage.md*");
        String claude = """
                [{"uuid":"c-2","name":"n","chat_messages":[{"uuid":"m-1","text":"Look","sender":"human",
                  "attachments":[{"file_name":"p.pdf","file_type":"application/pdf","file_size":9,
                                  "extracted_content":"pages"}]}]}]
                """;
        String theirs = client.post("/api/import", claude).body().get("first").asString();
        assertThat(client.get("/api/conversations/" + theirs)
                        .body()
                        .get("messages")
                        .toString())
                .contains("p.pdf");
    }

    @Test
    void filesGoWithTheLastThatHasThem() {
        UUID conversation = client.newConversation();
        UUID file = file("gone.txt", "gone");
        ask(conversation, null, "One", null, file);
        ask(conversation, null, "Two", null, file);
        UUID unused = file("unused.txt", "unused");
        client.send("DELETE", "/api/conversations/" + conversation, null, Map.of());
        server.jdbc()
                .sql("UPDATE conversation SET deleted_at = '2000-01-01' WHERE deleted_at IS NOT NULL")
                .update();
        server.jdbc()
                .sql("UPDATE attachment SET created_at = '2000-01-01' WHERE id = :id")
                .param("id", unused)
                .update();
        int before = files();
        server.bean(RunsLook.class).look();
        assertThat(files()).isEqualTo(before - 2);
        assertThat(client.get("/api/attachments/" + file).status()).isEqualTo(404);
        assertThat(client.get("/api/attachments/" + unused).status()).isEqualTo(404);
    }
}
