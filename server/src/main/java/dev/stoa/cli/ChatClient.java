package dev.stoa.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Speaks the Anthropic Messages protocol to a server, streamed. One question at a time; {@link #stop} may come from any
 * thread and ends the one that runs, on the server too, since the connection is closed.
 */
final class ChatClient implements AutoCloseable {
    private static final String VERSION = "2023-06-01";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** An error's body is read this far. */
    private static final int ERROR_BYTES_MAX = 64 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI server;
    private final @Nullable String key;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private @Nullable Running running;

    /** What can be stopped: the request until its answer begins, then the answer's stream. */
    private static final class Running {
        private boolean stopped;
        private @Nullable CompletableFuture<HttpResponse<InputStream>> request;
        private @Nullable InputStream body;
    }

    /** A turn: {@code role} is {@code user} or {@code assistant}. */
    record Turn(String role, String text) {}

    /**
     * How an answer ended.
     *
     * @param text all of it
     * @param stopReason as the protocol names it; null if it was stopped from here
     */
    record Answer(String text, @Nullable String stopReason, int outputTokens) {}

    ChatClient(URI server, @Nullable String key) {
        this.server = server;
        this.key = key;
    }

    /** The models the server offers. */
    List<String> models() throws ChatException, InterruptedException {
        Running mine = begin();
        try (InputStream body = send(mine, request("/v1/models").GET().build())) {
            List<String> ids = new ArrayList<>();
            JSON.readTree(body.readAllBytes())
                    .path("data")
                    .forEach(model -> ids.add(model.path("id").asString("")));
            return ids;
        } catch (IOException | JacksonException e) {
            throw new ChatException(server + " does not answer like a Stoa server: " + e.getMessage(), false, e);
        }
    }

    /**
     * Asks, and hands over the text as it comes.
     *
     * @param system what the model is told first; empty for nothing
     * @throws ChatException if the server refuses or the answer breaks off
     */
    Answer ask(String model, String system, List<Turn> turns, int maxTokens, Consumer<String> text)
            throws ChatException, InterruptedException {
        Running mine = begin();
        StringBuilder whole = new StringBuilder();
        HttpRequest request = request("/v1/messages")
                .header("content-type", "application/json")
                .header("accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(model, system, turns, maxTokens)))
                .build();
        try (SseReader events = new SseReader(send(mine, request))) {
            return read(events, whole, text);
        } catch (CancellationException e) {
            return new Answer(whole.toString(), null, 0);
        } catch (IOException | JacksonException e) {
            if (stopped(mine)) {
                return new Answer(whole.toString(), null, 0);
            }
            throw new ChatException("The answer broke off: " + e.getMessage(), false, e);
        }
    }

    private static Answer read(SseReader events, StringBuilder whole, Consumer<String> text)
            throws IOException, ChatException {
        String stopReason = null;
        int outputTokens = 0;
        for (SseReader.Event event = events.next(); event != null; event = events.next()) {
            JsonNode data = JSON.readTree(event.data());
            switch (event.name()) {
                case "content_block_delta" -> {
                    String piece = data.path("delta").path("text").asString("");
                    whole.append(piece);
                    text.accept(piece);
                }
                case "message_delta" -> {
                    stopReason = data.path("delta").path("stop_reason").asString("end_turn");
                    outputTokens = data.path("usage").path("output_tokens").asInt(0);
                }
                case "message_stop" -> {
                    return new Answer(whole.toString(), stopReason == null ? "end_turn" : stopReason, outputTokens);
                }
                case "error" -> throw new ChatException(errorOf(data), false, null);
                default -> {
                    // message_start, content_block_start and _stop, ping: nothing to show
                }
            }
        }
        throw new IOException("the server closed the connection");
    }

    /** Ends the question that runs, if one does. */
    void stop() {
        InputStream body;
        synchronized (this) {
            if (running == null) {
                return;
            }
            running.stopped = true;
            if (running.request != null) {
                running.request.cancel(true);
            }
            body = running.body;
        }
        if (body != null) {
            try {
                body.close();
            } catch (IOException e) {
                return; // closing is all that was wanted
            }
        }
    }

    private synchronized Running begin() {
        Running mine = new Running();
        running = mine;
        return mine;
    }

    private synchronized boolean stopped(Running mine) {
        return mine.stopped;
    }

    private InputStream send(Running mine, HttpRequest request) throws ChatException, InterruptedException {
        CompletableFuture<HttpResponse<InputStream>> sent =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        synchronized (this) {
            mine.request = sent;
            if (mine.stopped) {
                sent.cancel(true);
            }
        }
        try {
            HttpResponse<InputStream> response = sent.get();
            synchronized (this) {
                mine.body = response.body();
                if (mine.stopped) {
                    throw new CancellationException();
                }
            }
            if (response.statusCode() != 200) {
                throw refusal(response);
            }
            return response.body();
        } catch (ExecutionException e) {
            boolean unreachable =
                    e.getCause() instanceof ConnectException || e.getCause() instanceof HttpConnectTimeoutException;
            String message = unreachable
                    ? "No server answers at " + server + ". Start one with: stoa serve"
                    : "The request to " + server + " failed: " + e.getCause();
            throw new ChatException(message, unreachable, e);
        }
    }

    private ChatException refusal(HttpResponse<InputStream> response) {
        String said;
        try (InputStream body = response.body()) {
            String text = new String(body.readNBytes(ERROR_BYTES_MAX), StandardCharsets.UTF_8);
            said = text.startsWith("{") ? errorOf(JSON.readTree(text)) : "";
        } catch (IOException | JacksonException e) {
            said = ""; // the status says enough
        }
        String advice = response.statusCode() == 401
                ? " Name a key with --key or STOA_API_KEY; the server showed the first one when it was first started."
                : "";
        String reason = said.isEmpty() ? "HTTP " + response.statusCode() : said;
        return new ChatException("The server refuses: " + reason + advice, false, null);
    }

    private static String errorOf(JsonNode body) {
        return body.path("error").path("message").asString("an error without a message");
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path)).header("anthropic-version", VERSION);
        if (key != null) {
            request.header("x-api-key", key);
        }
        return request;
    }

    private static byte[] body(String model, String system, List<Turn> turns, int maxTokens) {
        ObjectNode root = JSON.createObjectNode()
                .put("model", model)
                .put("max_tokens", maxTokens)
                .put("stream", true);
        if (!system.isEmpty()) {
            root.put("system", system);
        }
        var messages = root.putArray("messages");
        for (Turn turn : turns) {
            messages.addObject().put("role", turn.role()).put("content", turn.text());
        }
        return JSON.writeValueAsBytes(root);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
