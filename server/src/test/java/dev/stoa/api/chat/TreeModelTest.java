package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.chat.ChatClient.Answer;
import dev.stoa.api.chat.ChatClient.EventReader;
import dev.stoa.conversation.RunsLook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A thousand random steps of a person with two devices on two servers of one database, against a model of the tree:
 * sends with every policy, the same sent again, edits, regenerations, stops, streams that are left, and runs that lose
 * their server in mid-answer. Every acknowledged message is there exactly once under its parent, every run has one last
 * state, and what a subscriber was told is what the message says. Repeat a failure with {@code -Dstoa.test.seed=}.
 */
class TreeModelTest {
    private static final int STEPS = 1_000;

    /** Steps in one conversation, before another is begun: trees are wide and deep, and still read in one page. */
    private static final int STEPS_EACH = 100;

    private static final String[] POLICIES = {"together", "after", "instead", "steer"};
    private static final String[] MODELS = {"mock-0-0-5", "mock-1-1-30", "mock-2-3-60"};

    /** What was acknowledged: its parent and its words. */
    private record Node(@Nullable UUID parent, String text) {}

    private final long seed = Long.getLong("stoa.test.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    private final Map<UUID, Node> questions = new HashMap<>();
    private final Map<UUID, UUID> questionOfReply = new HashMap<>();
    private final List<UUID> replies = new ArrayList<>();
    private final Set<UUID> queued = new HashSet<>();
    private UUID conversation = new UUID(0, 0);

    @Test
    void everyAcknowledgedMessageIsThereOnceAndEveryRunEndsOnce() {
        try (ChatServer one = ChatServer.start("--stoa.database=shared");
                ChatServer two = one.twin("--stoa.database=shared")) {
            ChatClient[] devices = {new ChatClient(one, one.key()), new ChatClient(two, one.key())};
            for (int step = 0; step < STEPS; step++) {
                if (step % STEPS_EACH == 0) {
                    if (step > 0) {
                        check(one, two, devices);
                    }
                    begin(devices[0]);
                }
                step(one, two, devices[random.nextInt(2)]);
            }
            check(one, two, devices);
        }
    }

    private void begin(ChatClient client) {
        conversation = client.newConversation();
        questions.clear();
        questionOfReply.clear();
        replies.clear();
        queued.clear();
    }

    private void step(ChatServer one, ChatServer two, ChatClient client) {
        switch (replies.isEmpty() ? 0 : random.nextInt(10)) {
            case 0, 1, 2, 3 -> send(client, any(), false);
            case 4 -> send(client, any(), true);
            case 5 -> regenerate(client);
            case 6 ->
                assertThat(client.post("/api/messages/" + any() + "/stop", "").status())
                        .as(name())
                        .isEqualTo(200);
            case 7 -> {
                // Looks at one event and leaves.
                try (EventReader events = client.events(requireNonNull(any()), 0)) {
                    events.next();
                }
            }
            case 8 -> loseARun(one, two);
            default -> {
                JsonNode end =
                        client.follow(requireNonNull(any()), random.nextInt(5)).message();
                assertThat(end.get("state").asString()).as(name()).isNotEqualTo("generating");
            }
        }
    }

    private @Nullable UUID any() {
        return replies.isEmpty() || random.nextInt(12) == 0
                ? replies.isEmpty() ? null : replies.getFirst()
                : replies.get(random.nextInt(replies.size()));
    }

    private void send(ChatClient client, @Nullable UUID parent, boolean twice) {
        UUID id = id();
        UUID reply = id();
        String text = "question " + id;
        String policy = random.nextInt(5) == 0 ? null : POLICIES[random.nextInt(POLICIES.length)];
        String body = """
                {"id":"%s","reply_id":"%s","parent_id":%s,"text":"%s","model":"%s"%s}
                """.formatted(
                        id,
                        reply,
                        parent == null ? "null" : "\"" + parent + "\"",
                        text,
                        MODELS[random.nextInt(MODELS.length)],
                        policy == null ? "" : ",\"policy\":\"" + policy + "\"");
        Answer answer = client.post("/api/conversations/" + conversation + "/messages", body);
        if (twice) {
            // What heard no answer is sent again, perhaps after it was asked.
            answer = client.post("/api/conversations/" + conversation + "/messages", body);
        }
        switch (answer.status()) {
            case 201 -> {
                // A queue moves what waits behind what was asked before it.
                UUID at = "after".equals(policy) ? null : parent;
                questions.put(id, new Node(at, text));
                questionOfReply.put(reply, id);
                replies.add(reply);
            }
            case 202 -> {
                queued.add(id);
                questions.put(id, new Node(null, text));
                questionOfReply.put(reply, id);
            }
            // Too many at once, a queue that is full, an answer that is still being written: fair replies.
            default ->
                assertThat(answer.status()).as(name() + answer.raw().body()).isIn(409, 429);
        }
    }

    private void regenerate(ChatClient client) {
        UUID question = questionOfReply.get(requireNonNull(any()));
        UUID reply = id();
        String body = "{\"id\":\"%s\",\"model\":\"%s\"}".formatted(reply, MODELS[random.nextInt(MODELS.length)]);
        Answer answer = client.post("/api/messages/" + question + "/replies", body);
        if (answer.status() == 201) {
            questionOfReply.put(reply, requireNonNull(question));
            replies.add(reply);
        } else {
            assertThat(answer.status()).as(name()).isEqualTo(429);
        }
    }

    /** To the database it is as if its server had died; not so often that the run would be given up. */
    private void loseARun(ChatServer one, ChatServer two) {
        one.jdbc()
                .sql("""
                        UPDATE run SET server_id = gen_random_uuid(), heartbeat_at = '-infinity' WHERE message_id =
                            (SELECT r.message_id FROM run r JOIN message m ON m.id = r.message_id
                             WHERE m.conversation_id = :id AND r.epoch < :most LIMIT 1)
                        """)
                .param("id", conversation)
                .param("most", RunsLook.EPOCH_MAX)
                .update();
        (random.nextBoolean() ? one : two).bean(RunsLook.class).look();
    }

    private void check(ChatServer one, ChatServer two, ChatClient[] devices) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            one.bean(RunsLook.class).look();
            two.bean(RunsLook.class).look();
            return one.jdbc()
                                    .sql("SELECT count(*) FROM run")
                                    .query(Integer.class)
                                    .single()
                            == 0
                    && waiting(devices[0]) == 0;
        });
        Map<UUID, JsonNode> stored = new HashMap<>();
        for (JsonNode message : devices[1]
                .get("/api/conversations/" + conversation + "?since=0")
                .body()
                .get("messages")) {
            UUID id = UUID.fromString(message.get("id").asString());
            assertThat(stored.put(id, message)).as(name() + "doubled " + id).isNull();
        }
        assertThat(stored.keySet()).as(name()).containsAll(questions.keySet()).containsAll(questionOfReply.keySet());
        assertThat(stored).as(name()).hasSize(questions.size() + questionOfReply.size());
        questions.forEach((id, node) -> {
            JsonNode message = requireNonNull(stored.get(id));
            assertThat(message.get("text").asString()).as(name()).isEqualTo(node.text());
            if (node.parent() != null) {
                assertThat(message.get("parent_id").asString())
                        .as(name())
                        .isEqualTo(node.parent().toString());
            }
        });
        questionOfReply.forEach((reply, question) -> {
            JsonNode answer = requireNonNull(stored.get(reply));
            assertThat(answer.get("parent_id").asString()).as(name()).isEqualTo(question.toString());
            assertThat(answer.get("state").asString()).as(name()).isIn("complete", "stopped", "steered");
            assertThat(devices[random.nextInt(2)].follow(reply, 0).text())
                    .as(name())
                    .isEqualTo(answer.get("text").asString());
        });
        assertThat(one.jdbc()
                        .sql("SELECT count(*) FROM run_event")
                        .query(Integer.class)
                        .single())
                .as(name())
                .isZero();
    }

    /** What an empty or stopped answer holds back is for the person; the model of this test never fails. */
    private int waiting(ChatClient client) {
        return client.get("/api/conversations/" + conversation)
                .body()
                .get("queue")
                .size();
    }

    private UUID id() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private String name() {
        return "seed " + seed + ": ";
    }
}
