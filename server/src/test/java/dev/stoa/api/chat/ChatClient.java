package dev.stoa.api.chat;

import dev.stoa.api.Judge;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks the chat API over real HTTP, as a program with a key or as nobody. */
public final class ChatClient {
    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String base;
    private final String key;

    public ChatClient(ChatServer server, String key) {
        this.base = "http://127.0.0.1:" + server.port();
        this.key = key;
    }

    /** A whole answer. */
    public record Answer(int status, JsonNode body, HttpResponse<String> raw) {
        public String errorType() {
            return body.path("error").path("type").asString("");
        }
    }

    /** One server-sent event, or a comment with the name ":". */
    public record Event(String name, @Nullable String id, JsonNode data) {}

    public Answer get(String path) {
        return send("GET", path, null, Map.of());
    }

    public Answer post(String path, String body) {
        return send("POST", path, body, Map.of());
    }

    /** Sends a request; the answer must be as the surface's document has it. */
    public Answer send(String method, String path, @Nullable String body, Map<String, String> headers) {
        try {
            HttpRequest request = request(method, path, body, headers);
            HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
            Judge.own().judge(request, body, response);
            String type = response.headers().firstValue("content-type").orElse("");
            JsonNode node =
                    type.startsWith("application/json") && !response.body().isEmpty()
                            ? JSON.readTree(response.body())
                            : JSON.missingNode();
            return new Answer(response.statusCode(), node, response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest request(String method, String path, @Nullable String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null && !headers.containsKey("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        headers.forEach(request::header);
        return request.build();
    }

    public UUID newConversation() {
        UUID id = UUID.randomUUID();
        Answer answer = post("/api/conversations", "{\"id\":\"" + id + "\"}");
        if (answer.status() != 201) {
            throw new AssertionError(answer.raw().body());
        }
        return id;
    }

    public Answer ask(UUID conversation, UUID id, UUID replyId, @Nullable UUID parent, String text) {
        var body = JSON.createObjectNode()
                .put("id", id.toString())
                .put("reply_id", replyId.toString())
                .put("parent_id", parent == null ? null : parent.toString())
                .put("text", text);
        return post("/api/conversations/" + conversation + "/messages", body.toString());
    }

    /** Asks with new ids. @return the reply's id */
    public UUID ask(UUID conversation, @Nullable UUID parent, String text) {
        UUID reply = UUID.randomUUID();
        Answer answer = ask(conversation, UUID.randomUUID(), reply, parent, text);
        if (answer.status() != 201) {
            throw new AssertionError(answer.raw().body());
        }
        return reply;
    }

    public EventReader events(UUID message, int after) {
        return events("/api/messages/" + message + "/events?after=" + after, Map.of());
    }

    public EventReader events(String path, Map<String, String> headers) {
        try {
            HttpResponse<InputStream> response =
                    HTTP.send(request("GET", path, null, headers), BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new AssertionError("status " + response.statusCode());
            }
            return new EventReader(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads the whole stream of a message. */
    public Transcript follow(UUID message, int after) {
        try (EventReader reader = events(message, after)) {
            return reader.toEnd();
        }
    }

    /** What a subscriber got: the texts one after the other, and the last event's message. */
    public record Transcript(String text, int lastId, JsonNode message) {
        /** Of each step its kind, place, tool and words. */
        public List<String> steps() {
            List<String> steps = new ArrayList<>();
            message.get("steps")
                    .forEach(step -> steps.add("%s@%s %s: %s"
                            .formatted(
                                    step.get("type").asString(),
                                    step.get("at").asInt(),
                                    step.get("name").asString("-"),
                                    step.get("text").asString())));
            return steps;
        }
    }

    /** An open event stream; blocks until the next event. */
    public static final class EventReader implements AutoCloseable {
        private final BufferedReader lines;

        public EventReader(InputStream in) {
            this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        }

        /** The next event; null at the end of the stream. */
        public @Nullable Event next() {
            List<String> block = new ArrayList<>();
            try {
                String line = lines.readLine();
                while (line != null && !line.isEmpty()) {
                    block.add(line);
                    line = lines.readLine();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (block.isEmpty()) {
                return null;
            }
            if (block.getFirst().startsWith(":")) {
                return new Event(":", null, JSON.missingNode());
            }
            return new Event(
                    java.util.Objects.requireNonNull(field(block, "event")),
                    field(block, "id"),
                    JSON.readTree(java.util.Objects.requireNonNull(field(block, "data"))));
        }

        public Transcript toEnd() {
            StringBuilder text = new StringBuilder();
            int lastId = -1;
            Event event = next();
            while (event != null) {
                switch (event.name()) {
                    case "text" -> {
                        text.append(event.data().get("text").asString());
                        lastId = Integer.parseInt(
                                java.util.Objects.requireNonNull(event.id()).replaceFirst("\\..*", ""));
                    }
                    case "end" -> {
                        if (next() != null) {
                            throw new AssertionError("an event after the end");
                        }
                        return new Transcript(
                                text.toString(), lastId, event.data().get("message"));
                    }
                    case ":", "steps" -> {}
                    default -> throw new AssertionError("unknown event " + event);
                }
                event = next();
            }
            throw new AssertionError("the stream broke off after: " + text);
        }

        private static @Nullable String field(List<String> block, String name) {
            return block.stream()
                    .filter(line -> line.startsWith(name + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void close() {
            try {
                lines.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
