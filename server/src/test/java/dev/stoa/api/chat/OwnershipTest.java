package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.identity.TestMembers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nobody reaches what is another member's, by any call; and nothing without a key. */
class OwnershipTest {
    private static ChatServer server;
    private static ChatClient owner;
    private static ChatClient stranger;
    private static ChatClient nobody;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        owner = new ChatClient(server, server.key());
        stranger = new ChatClient(server, TestMembers.add(server.jdbc()));
        nobody = new ChatClient(server, "");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private record Call(String method, String path, String body) {
        Answer by(ChatClient client) {
            return client.send(method, path, body, Map.of());
        }
    }

    private static String ids(UUID id) {
        return "{\"id\":\"" + id + "\"}";
    }

    @Test
    void everyCallIsClosedToOthers() {
        UUID conversation = owner.newConversation();
        UUID question = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        assertThat(owner.ask(conversation, question, reply, null, "mine").status())
                .isEqualTo(201);
        owner.follow(reply, 0);
        UUID file = UUID.randomUUID();
        assertThat(owner.send("PUT", "/api/attachments/" + file + "?name=a.txt", "mine", Map.of())
                        .status())
                .isEqualTo(201);
        String before = unversioned(conversation);

        String ask =
                "{\"id\":\"%s\",\"reply_id\":\"%s\",\"text\":\"x\"}".formatted(UUID.randomUUID(), UUID.randomUUID());
        List<Call> calls = List.of(
                new Call("GET", "/api/conversations/" + conversation, ""),
                new Call("PATCH", "/api/conversations/" + conversation, "{\"title\":\"stolen\"}"),
                new Call("DELETE", "/api/conversations/" + conversation, ""),
                new Call("POST", "/api/conversations/" + conversation + "/messages", ask),
                new Call("POST", "/api/messages/" + question + "/replies", ids(UUID.randomUUID())),
                new Call("POST", "/api/messages/" + reply + "/stop", ""),
                new Call("GET", "/api/attachments/" + file, ""),
                new Call("DELETE", "/api/attachments/" + file, ""),
                new Call("GET", "/api/messages/" + reply + "/events", ""));
        for (Call call : calls) {
            assertThat(call.by(stranger).status()).as("%s", call).isEqualTo(404);
            assertThat(call.by(stranger).errorType()).as("%s", call).isEqualTo("not_found");
            assertThat(call.by(nobody).status()).as("%s", call).isEqualTo(401);
            assertThat(call.by(nobody).errorType()).as("%s", call).isEqualTo("authentication");
        }
        for (String path : List.of("/api/session", "/api/models", "/api/conversations")) {
            assertThat(nobody.get(path).status()).as(path).isEqualTo(401);
        }
        assertThat(stranger.get("/api/conversations").raw().body()).doesNotContain(conversation.toString());
        assertThat(unversioned(conversation)).isEqualTo(before);
    }

    /** Without the version, which also grows when what follows an answer by itself, such as a proposal to remember, ends. */
    private String unversioned(UUID conversation) {
        return owner.get("/api/conversations/" + conversation).body().toString().replaceAll("\"version\":\\d+", "");
    }

    @Test
    void idsOfOthersAreTaken() {
        UUID conversation = owner.newConversation();
        UUID question = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        owner.ask(conversation, question, reply, null, "mine");
        assertThat(stranger.post("/api/conversations", ids(conversation)).errorType())
                .isEqualTo("conflict");
        UUID theirs = stranger.newConversation();
        assertThat(stranger.ask(theirs, question, reply, null, "mine").errorType())
                .isEqualTo("conflict");
        assertThat(stranger.ask(theirs, UUID.randomUUID(), reply, null, "mine").errorType())
                .isEqualTo("conflict");
        // A parent of another conversation, even of the same member, is not there.
        UUID second = owner.newConversation();
        assertThat(owner.ask(second, UUID.randomUUID(), UUID.randomUUID(), reply, "x")
                        .errorType())
                .isEqualTo("invalid_request");
        assertThat(owner.get("/api/conversations/" + second).body().get("messages"))
                .isEmpty();
    }
}
