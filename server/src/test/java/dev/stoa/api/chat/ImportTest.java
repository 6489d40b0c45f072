package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.identity.TestMembers;
import dev.stoa.inference.Message;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is made of imports by models, by a second import, and where a part of them is refused. */
class ImportTest {
    private static final String CLAUDE = """
            [{"uuid":"c-1","name":"From Claude","chat_messages":[
              {"uuid":"m-1","text":"Hello","sender":"human"},{"uuid":"m-2","text":"Hi!","sender":"assistant"}]}]
            """;

    private static ChatServer server;
    private static ChatClient owner;
    private ChatClient client;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        owner = new ChatClient(server, server.key());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void enter() {
        client = new ChatClient(server, TestMembers.add(server.jdbc()));
    }

    private JsonNode messages(String conversation) {
        return client.get("/api/conversations/" + conversation).body().get("messages");
    }

    @Test
    void answersInARowAreOneToTheModel() {
        String chatGpt = """
                [{"title":"Tools","conversation_id":"g-1","mapping":{
                  "q":{"parent":null,"children":["a"],
                       "message":{"author":{"role":"user"},"content":{"parts":["Does it rain?"]}}},
                  "a":{"parent":"q","children":["t"],
                       "message":{"author":{"role":"assistant"},"content":{"parts":["I'll look that up."]}}},
                  "t":{"parent":"a","children":["b"],
                       "message":{"author":{"role":"tool"},"content":{"parts":["rain: yes"]}}},
                  "b":{"parent":"t","children":[],
                       "message":{"author":{"role":"assistant"},"content":{"parts":["It rains."]}}}}}]
                """;
        String id = client.post("/api/import", chatGpt).body().get("first").asString();
        UUID last = UUID.fromString(messages(id).get(2).get("id").asString());
        client.follow(client.ask(UUID.fromString(id), last, "Still?"), 0);
        assertThat(server.model().request("Still?").messages())
                .filteredOn(message -> message.role() != Message.Role.SYSTEM)
                .extracting(Message::plainText)
                .containsExactly("Does it rain?", "I'll look that up.\n\nIt rains.", "Still?");
    }

    private Answer takeProject(String name) {
        return client.post("/api/import", """
                {"format":"stoa-personal-1","projects":[{"id":"p","name":"%s","instructions":"","attachments":[
                  {"name":"a.txt","media_type":"text/plain","size":3,"text":"one"},
                  {"name":"b.txt","media_type":"text/plain","size":3,"text":"two"}]}]}
                """.formatted(name));
    }

    @Test
    void aProjectComesWithItsFilesOrNotAtAll() {
        assertThat(takeProject("").body().get("personal").asInt()).isZero();
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM attachment")
                        .query(Integer.class)
                        .single())
                .isZero();
        // The second time after the project was removed, when its files wait for their end.
        for (int time = 0; time < 2; time++) {
            assertThat(takeProject("Boat").body().get("personal").asInt()).isEqualTo(1);
            JsonNode project = client.get("/api/export").body().get("projects").get(0);
            assertThat(project.get("attachments"))
                    .extracting(file -> file.get("text").asString())
                    .containsExactly("one", "two");
            client.send("DELETE", "/api/projects/" + project.get("id").asString(), null, Map.of());
        }
    }

    @Test
    void theSameFileBringsBackWhatWasDeleted() {
        String id = client.post("/api/import", CLAUDE).body().get("first").asString();
        client.send("DELETE", "/api/conversations/" + id, null, Map.of());
        JsonNode again = client.post("/api/import", CLAUDE).body();
        assertThat(again.get("imported").asInt()).isEqualTo(1);
        assertThat(again.get("first").asString()).isEqualTo(id);
        assertThat(messages(id)).hasSize(2);
        assertThat(client.post("/api/import", CLAUDE).body().get("skipped").asInt())
                .isEqualTo(1);
    }

    @Test
    void theSameLinkBringsBackACopyThatWasDeleted() {
        UUID shared = owner.newConversation();
        owner.follow(owner.ask(shared, null, "Look at this"), 0);
        String path = owner.post("/api/conversations/" + shared + "/shares", "{}")
                .body()
                .get("path")
                .asString();
        String copy = "/api/shared/" + path.substring("/#/s/".length()) + "/copy";
        String id = client.post(copy, "").body().get("id").asString();
        client.send("DELETE", "/api/conversations/" + id, null, Map.of());
        Answer again = client.post(copy, "");
        assertThat(again.status()).as(again.raw().body()).isEqualTo(200);
        assertThat(again.body().get("id").asString()).isEqualTo(id);
        assertThat(messages(id)).hasSize(2);
    }
}
