package dev.stoa.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model server whose model calls the tool that it is given whenever somebody says where they live, and else answers
 * in words. The small models that tests run don't know tools; what is tested is what becomes of a call.
 */
final class ToolUpstream implements AutoCloseable {
    private static final Pattern HOME = Pattern.compile("I live in (\\w+)");

    private final HttpServer server;

    ToolUpstream() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", ToolUpstream::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Matcher home = HOME.matcher(body);
        boolean calls = body.contains("\"tools\"") && home.find();
        String delta = calls
                ? "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"remember\","
                        + "\"arguments\":\"{\\\"text\\\":\\\"Lives in " + home.group(1) + ".\\\"}\"}}]}"
                : "{\"content\":\"Good to know.\"}";
        String events = "data: {\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}\n\n"
                + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + (calls ? "tool_calls" : "stop")
                + "\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n"
                + "data: [DONE]\n\n";
        byte[] bytes = events.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
