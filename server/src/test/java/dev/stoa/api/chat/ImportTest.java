package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.identity.TestMembers;
import dev.stoa.inference.Message;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What models see of imports. */
class ImportTest {
    private static ChatServer server;
    private final ChatClient client = new ChatClient(server, TestMembers.add(server.jdbc()));

    @BeforeAll
    static void start() {
        server = ChatServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
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
}
