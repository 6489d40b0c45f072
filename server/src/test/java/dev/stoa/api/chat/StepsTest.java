package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Event;
import dev.stoa.api.chat.ChatClient.EventReader;
import dev.stoa.api.chat.ChatClient.Transcript;
import dev.stoa.conversation.ScriptedGenerations.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Thinking and calls of tools: logged with the run, told from any place, kept with the message. */
class StepsTest {
    private static ChatServer server;
    private static ChatServer other;
    private static ChatClient client;
    private static ChatClient otherClient;

    @BeforeAll
    static void start() {
        server = ChatServer.start("--stoa.database=shared");
        other = server.twin("--stoa.database=shared");
        client = new ChatClient(server, server.key());
        otherClient = new ChatClient(other, server.key());
    }

    @AfterAll
    static void stop() {
        other.close();
        server.close();
    }

    private static Script scripted(String question) {
        return server.model()
                .script(question)
                .think("Hm\u001E, \uD83D")
                .think("\uDE00 well.")
                .text("Let me look. ")
                .call(0, "search\nit", "{\"q\":", "\"owls\"}")
                .call(1, "now")
                .think("Two owls.")
                .text("There are two.");
    }

    private static final List<String> STEPS = List.of(
            "thinking@0 -: Hm\uFFFD, 😀 well.",
            "tool_call@13 search it: {\"q\":\"owls\"}",
            "tool_call@13 now: ",
            "thinking@13 -: Two owls.");

    @Test
    void stepsAreKeptApartFromTheTextInTheirOrder() {
        scripted("owls").finish();
        UUID conversation = client.newConversation();
        UUID reply = client.ask(conversation, null, "owls");
        Transcript told = client.follow(reply, 0);
        assertThat(told.text()).isEqualTo("Let me look. There are two.");
        assertThat(told.steps()).isEqualTo(STEPS);
        // What is read later is what was told.
        JsonNode thread = client.get("/api/conversations/" + conversation).body();
        assertThat(thread.get("messages").get(1)).isEqualTo(told.message());
        assertThat(told.message().get("event_id").asString()).matches("27\\.\\d+");
        // A later turn is asked without them.
        client.follow(client.ask(conversation, reply, "and?"), 0);
        assertThat(server.model().request("and?").messages().toString())
                .contains("There are two.")
                .doesNotContain("Two owls");
    }

    /** What a subscriber of this server or of the other puts together, from any place, while the answer is written. */
    @Test
    void everyPlaceGetsExactlyTheRest() {
        Script script = scripted("places");
        UUID reply = client.ask(client.newConversation(), null, "places");
        try (EventReader live = client.events(reply, 0);
                EventReader remote = otherClient.events(reply, 0)) {
            script.finish();
            List<Event> events = events(live);
            assertThat(joined(events)).isEqualTo(STEPS);
            assertThat(joined(events(remote))).isEqualTo(STEPS);
            for (Event event : events) {
                String id = event.id();
                if (id == null) {
                    continue;
                }
                String path = "/api/messages/" + reply + "/events?after=" + id;
                try (EventReader rest = otherClient.events(path, Map.of())) {
                    List<Event> whole = new ArrayList<>(events.subList(0, events.indexOf(event) + 1));
                    whole.addAll(events(rest));
                    assertThat(joined(whole)).as("after %s", id).isEqualTo(STEPS);
                }
            }
        }
    }

    /** Thinking is gone on with from the log by another server, and what was told is not told again. */
    @Test
    void aRunThatOnlyThoughtIsTakenUp() {
        UUID conversation = client.newConversation();
        UUID reply = UUID.randomUUID();
        String body = """
                {"id":"%s","reply_id":"%s","parent_id":null,"text":"think","model":"mock-0-20-30-60","seed":7}""".formatted(UUID.randomUUID(), reply);
        String before;
        try (ChatServer dying = server.twin("--stoa.database=shared", "--stoa.limits.drain=0s")) {
            ChatClient there = new ChatClient(dying, server.key());
            assertThat(there.post("/api/conversations/" + conversation + "/messages", body)
                            .status())
                    .isEqualTo(201);
            try (EventReader reader = there.events(reply, 0)) {
                Event first = requireNonNull(reader.next());
                assertThat(first.name()).isEqualTo("steps");
                before = requireNonNull(first.id());
            }
        }
        List<Event> rest;
        try (EventReader reader = client.events("/api/messages/" + reply + "/events?after=" + before, Map.of())) {
            rest = events(reader);
        }
        JsonNode taken = client.get("/api/conversations/" + conversation)
                .body()
                .get("messages")
                .get(1);
        assertThat(taken.get("state").asString()).isEqualTo("complete");

        UUID again = UUID.randomUUID();
        UUID second = client.newConversation();
        client.post(
                "/api/conversations/" + second + "/messages",
                body.replace(reply.toString(), again.toString())
                        .replaceFirst("\"id\":\"[^\"]*\"", "\"id\":\"" + UUID.randomUUID() + "\""));
        JsonNode uninterrupted = client.follow(again, 0).message();
        assertThat(taken.get("steps")).isEqualTo(uninterrupted.get("steps"));
        assertThat(taken.get("text")).isEqualTo(uninterrupted.get("text"));
        String thought = taken.get("steps").get(0).get("text").asString();
        assertThat(thought.split(" +|\n+")).hasSize(60);
        String told = joined(rest).getFirst();
        assertThat(thought).endsWith(told.substring(told.indexOf(": ") + 2)).isNotEqualTo(told);
    }

    private static List<Event> events(EventReader reader) {
        List<Event> events = new ArrayList<>();
        for (Event event = reader.next(); event != null; event = reader.next()) {
            events.add(event);
        }
        assertThat(events.getLast().name()).isEqualTo("end");
        return events;
    }

    private static List<String> joined(List<Event> events) {
        List<String> steps = new ArrayList<>();
        for (Event event : events) {
            if (event.name().equals("steps")) {
                for (JsonNode step : event.data().get("steps")) {
                    int index = step.get("index").asInt();
                    if (index == steps.size() || steps.isEmpty()) {
                        steps.add("%s@%s %s: "
                                .formatted(
                                        step.get("type").asString(),
                                        step.get("at").asInt(),
                                        step.get("name").asString("-")));
                    }
                    steps.set(
                            steps.size() - 1, steps.getLast() + step.get("text").asString());
                }
            }
        }
        return steps;
    }
}
