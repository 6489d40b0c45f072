package dev.stoa.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model server that does what a model with tools does when it is asked about a file: it has a tool read the file that
 * is named, and then says what the tool told it. Speaks chat completions, streamed. Thread-safe.
 */
final class ReadingUpstream implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern PATH = Pattern.compile("/[\\w./-]+/note\\.txt");

    /** By the names of the agents' tools. */
    private static final Map<String, String> ARGUMENTS = Map.of(
            "Read", "{\"file_path\":\"PATH\"}",
            "exec_command", "{\"cmd\":\"cat PATH\"}");

    private final HttpServer server;
    private final List<String> results = Collections.synchronizedList(new ArrayList<>());

    ReadingUpstream() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    /** What tools were said to have given. */
    List<String> results() {
        return List.copyOf(results);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            List<JsonNode> given = request.path("messages")
                    .valueStream()
                    .filter(message -> message.path("role").asString("").equals("tool"))
                    .toList();
            StringBuilder events = new StringBuilder();
            if (given.isEmpty()) {
                event(events, call(request), "tool_calls");
            } else {
                String result = given.getLast().path("content").asString("");
                results.add(result);
                event(events, JSON.createObjectNode().put("content", "It says: " + result), "stop");
            }
            events.append("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}\n\n");
            byte[] bytes = events.append("data: [DONE]\n\n").toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static ObjectNode call(JsonNode request) {
        Matcher path = PATH.matcher(request.path("messages").toString());
        String tool = request.path("tools")
                .valueStream()
                .map(each -> each.at("/function/name").asString(""))
                .filter(ARGUMENTS::containsKey)
                .findFirst()
                .orElse(null);
        if (tool == null || !path.find()) {
            return JSON.createObjectNode().put("content", "There is nothing to read.");
        }
        ObjectNode delta = JSON.createObjectNode();
        delta.putArray("tool_calls")
                .addObject()
                .put("index", 0)
                .put("id", "call_1")
                .put("type", "function")
                .putObject("function")
                .put("name", tool)
                .put("arguments", ARGUMENTS.get(tool).replace("PATH", path.group()));
        return delta;
    }

    private static void event(StringBuilder events, ObjectNode delta, String end) {
        for (boolean last : new boolean[] {false, true}) {
            ObjectNode event = JSON.createObjectNode();
            ObjectNode choice = event.putArray("choices").addObject().put("index", 0);
            choice.set("delta", last ? JSON.createObjectNode() : delta);
            choice.put("finish_reason", last ? end : null);
            events.append("data: ").append(event).append("\n\n");
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
