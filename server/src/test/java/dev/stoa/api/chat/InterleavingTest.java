package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.api.chat.ChatClient.EventReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Clients that send, send again, stop, follow and leave in random order, on two servers of one database. Afterwards each
 * acknowledged message is there once and each run has one last state. Repeat a failure with {@code -Dstoa.test.seed=}.
 */
class InterleavingTest {
    private static final int CLIENTS = 4;
    private static final int STEPS = 15;

    /** What one client was told, by message id. */
    private record Told(Map<UUID, String> questions, List<UUID> replies) {}

    @Test
    void nothingAcknowledgedIsLostOrDoubled() throws Exception {
        long seed = Long.getLong("stoa.test.seed", new Random().nextLong());
        try (ChatServer one = ChatServer.start("--stoa.database=shared");
                ChatServer two = one.twin("--stoa.database=shared");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ChatClient reader = new ChatClient(one, one.key());
            UUID conversation = reader.newConversation();
            List<Future<Told>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                ChatClient client = new ChatClient(i % 2 == 0 ? one : two, one.key());
                clients.add(threads.submit(() -> play(client, conversation, random)));
            }
            Map<UUID, String> questions = new HashMap<>();
            List<UUID> replies = new ArrayList<>();
            for (Future<Told> client : clients) {
                questions.putAll(client.get().questions());
                replies.addAll(client.get().replies());
            }
            for (UUID reply : replies) {
                JsonNode end = reader.follow(reply, 0).message();
                assertThat(end.get("state").asString()).as("seed %d", seed).isIn("complete", "stopped");
            }
            Map<UUID, JsonNode> stored = new HashMap<>();
            for (JsonNode message : reader.get("/api/conversations/" + conversation + "?since=0")
                    .body()
                    .get("messages")) {
                UUID id = UUID.fromString(message.get("id").asString());
                assertThat(stored.put(id, message))
                        .as("seed %d: doubled %s", seed, id)
                        .isNull();
            }
            assertThat(stored).as("seed %d", seed).hasSize(questions.size() + replies.size());
            questions.forEach((id, text) -> assertThat(
                            requireNonNull(stored.get(id)).get("text").asString())
                    .as("seed %d", seed)
                    .isEqualTo(text));
            for (UUID reply : replies) {
                JsonNode answer = requireNonNull(stored.get(reply));
                String asked =
                        questions.get(UUID.fromString(answer.get("parent_id").asString()));
                String whole = "You said: " + asked;
                assertThat(whole)
                        .as("seed %d", seed)
                        .startsWith(answer.get("text").asString());
                if (answer.get("state").asString().equals("complete")) {
                    assertThat(answer.get("text").asString())
                            .as("seed %d", seed)
                            .isEqualTo(whole);
                }
            }
            assertThat(one.model().open() + two.model().open())
                    .as("seed %d: streams left open", seed)
                    .isZero();
        }
    }

    private static Told play(ChatClient client, UUID conversation, Random random) {
        Told told = new Told(new HashMap<>(), new ArrayList<>());
        for (int step = 0; step < STEPS; step++) {
            UUID known = told.replies().isEmpty()
                    ? null
                    : told.replies().get(random.nextInt(told.replies().size()));
            switch (random.nextInt(known == null ? 1 : 4)) {
                case 0 -> send(client, conversation, random, told);
                case 1 -> {
                    int status =
                            client.post("/api/messages/" + known + "/stop", "").status();
                    assertThat(status).isEqualTo(200);
                }
                case 2 -> client.follow(requireNonNull(known), random.nextInt(20));
                default -> {
                    // Looks at one event and leaves.
                    try (EventReader events = client.events(requireNonNull(known), 0)) {
                        events.next();
                    }
                }
            }
        }
        return told;
    }

    /** Sends up to three times, at once, as a client does that heard no answer. */
    private static void send(ChatClient client, UUID conversation, Random random, Told told) {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        UUID reply = new UUID(random.nextLong(), random.nextLong());
        String text = "question " + id;
        boolean acknowledged = false;
        int times = 1 + random.nextInt(3);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                answers.add(threads.submit(() -> client.ask(conversation, id, reply, null, text)));
            }
            for (Future<Answer> answer : answers) {
                int status = answer.get().status();
                if (status == 201) {
                    acknowledged = true;
                } else {
                    // Too many answers at once is a fair reply; a lost or doubled message is not.
                    assertThat(status).isEqualTo(429);
                }
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (acknowledged) {
            told.questions().put(id, text);
            told.replies().add(reply);
        }
    }
}
