package dev.stoa.api.websocket;

import dev.stoa.api.ClientConnection;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One request of a connection: runs on a thread of its own, and says its last word exactly once. */
final class SocketRequest {
    private static final Logger log = LoggerFactory.getLogger(SocketRequest.class);
    private static final JsonMapper JSON = new JsonMapper();

    /** What of an answer's headers its client may want: how long to wait, what it may still ask, whether it is a copy. */
    private static final List<String> TOLD =
            List.of("retry-after", "x-should-retry", "x-ratelimit-", "anthropic-", "idempotent-replayed");

    private final String id;
    private final String requestId;
    private final Outbox outbox;

    SocketRequest(String id, String requestId, Outbox outbox) {
        this.id = id;
        this.requestId = requestId;
        this.outbox = outbox;
    }

    String id() {
        return id;
    }

    Outbox outbox() {
        return outbox;
    }

    /** Its model stops; what waits is dropped. */
    void cancel() {
        outbox.close();
    }

    void run(Player player, String path, JsonNode body, Map<String, String> headers) {
        PlayedResponse response = new PlayedResponse(new PlayedResponse.Listener() {
            @Override
            public void begun(int status, Map<String, String> answered) throws IOException {
                outbox.put(new Outbox.Message(head("begin", status, answered).toString(), false));
            }

            @Override
            public void event(String data) throws IOException {
                outbox.put(new Outbox.Message(
                        "{\"id\":" + JSON.writeValueAsString(id) + ",\"event\":" + data + "}", true));
            }
        });
        ObjectNode last = end();
        try {
            ClientConnection.watch(outbox::closed);
            player.play(requestId, path, body, headers, response);
            if (!response.streams() && !outbox.closed()) {
                last = head("response", response.getStatus(), response.headers());
                last.set("body", JSON.readTree(response.body()));
            }
        } catch (IOException e) {
            log.debug("The client of request {} has gone: {}", requestId, e.toString());
        } catch (ServletException | JacksonException e) {
            log.error("Request {} failed", requestId, e);
            last.put("failed", true);
        } finally {
            ClientConnection.watch(null);
            outbox.end(last.toString(), end().put("cancelled", true).toString());
        }
    }

    private ObjectNode end() {
        return JSON.createObjectNode().put("id", id).put("type", "end");
    }

    private ObjectNode head(String type, int status, Map<String, String> headers) {
        ObjectNode head = JSON.createObjectNode()
                .put("id", id)
                .put("type", type)
                .put("status", status)
                .put("request_id", requestId);
        ObjectNode told = head.putObject("headers");
        headers.forEach((name, value) -> {
            if (TOLD.stream().anyMatch(name.toLowerCase(Locale.ROOT)::startsWith)) {
                told.put(name, value);
            }
        });
        return head;
    }
}
