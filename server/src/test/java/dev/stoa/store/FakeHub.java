package dev.stoa.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A hub in this process that serves one file and misbehaves as told: one behaviour a request, then well. */
final class FakeHub implements AutoCloseable {
    private final HttpServer server;
    private final Queue<Behaviour> next = new ArrayDeque<>();
    private final List<Map<String, String>> requests = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch closed = new CountDownLatch(1);
    volatile byte[] file;
    volatile String etag = "\"v1\"";

    /** Answers a request. */
    interface Behaviour {
        void answer(FakeHub hub, HttpExchange exchange) throws IOException;
    }

    FakeHub(byte[] file) throws IOException {
        this.file = file;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    synchronized void then(Behaviour... behaviours) {
        next.addAll(Arrays.asList(behaviours));
    }

    /** Headers of every request so far, names in lower case, and {@code :path}. */
    List<Map<String, String>> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        headers.put(":path", exchange.getRequestURI().getPath());
        requests.add(headers);
        Behaviour behaviour;
        synchronized (this) {
            behaviour = next.isEmpty() ? WELL : next.remove();
        }
        try (exchange) {
            behaviour.answer(this, exchange);
        }
    }

    static final Behaviour WELL = (hub, exchange) -> {
        byte[] file = hub.file;
        String range = exchange.getRequestHeaders().getFirst("Range");
        String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        exchange.getResponseHeaders().set("ETag", hub.etag);
        if (range == null || (ifRange != null && !ifRange.equals(hub.etag))) {
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            return;
        }
        int from = Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= file.length) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */" + file.length);
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (file.length - 1) + "/" + file.length);
        exchange.sendResponseHeaders(206, file.length - from);
        exchange.getResponseBody().write(file, from, file.length - from);
    };

    static final Behaviour IGNORES_RANGE = (hub, exchange) -> {
        exchange.sendResponseHeaders(200, hub.file.length);
        exchange.getResponseBody().write(hub.file);
    };

    static Behaviour status(int status) {
        return (_, exchange) -> exchange.sendResponseHeaders(status, -1);
    }

    /** Promises the whole and closes after some bytes. */
    static Behaviour dropsAfter(int bytes) {
        return (hub, exchange) -> {
            exchange.getResponseHeaders().set("ETag", hub.etag);
            exchange.sendResponseHeaders(200, hub.file.length);
            OutputStream body = exchange.getResponseBody();
            body.write(hub.file, 0, bytes);
            body.flush();
        };
    }

    /** Sends some bytes and then nothing, until the hub is closed. */
    static Behaviour hangsAfter(int bytes) {
        return (hub, exchange) -> {
            dropsAfter(bytes).answer(hub, exchange);
            try {
                hub.closed.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    static Behaviour redirectsTo(String location, Map<String, String> headers) {
        return (_, exchange) -> {
            headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    static Behaviour says(String text) {
        return (_, exchange) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
