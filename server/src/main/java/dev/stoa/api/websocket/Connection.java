package dev.stoa.api.websocket;

import dev.stoa.api.Fields;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One client's connection: takes its messages, and writes for all its requests in turns. Thread-safe. */
final class Connection extends Endpoint {
    /** What can be asked for: all that answers a POST of JSON. */
    private static final Set<String> PATHS = Set.of(
            "/v1/messages",
            "/v1/messages/count_tokens",
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/responses",
            "/v1/embeddings");

    /** Headers that a message may bring; who asks is known from the connection's beginning. */
    private static final Set<String> HEADERS = Set.of("anthropic-version", "anthropic-beta", "idempotency-key");

    private static final int ID_LENGTH_MAX = 64;
    /** The container's name for the time that a write may take. */
    private static final String SEND_TIMEOUT = "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT";

    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final Player player;
    private final SocketLimits limits;
    private final Ids ids;
    private final Map<String, String> headers;
    private final LongSupplier nanoTime;
    private final Runnable onEnd;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, SocketRequest> requests = new LinkedHashMap<>();
    /** What concerns no request that is known. */
    private final Outbox own;

    /** What has come of a message. */
    private StringBuilder coming = new StringBuilder();

    private boolean something;
    /** Whether a last word is on its way whose request is no longer known. */
    private boolean sendingLast;

    private boolean ended;
    private int pings;
    private volatile long askedNanos;
    private volatile @Nullable Session session;

    /**
     * @param headers of the handshake that every request of this connection has
     * @param onEnd told once
     */
    Connection(
            Player player,
            SocketLimits limits,
            Ids ids,
            Map<String, String> headers,
            LongSupplier nanoTime,
            Runnable onEnd) {
        this.player = player;
        this.limits = limits;
        this.ids = ids;
        this.headers = headers;
        this.nanoTime = nanoTime;
        this.askedNanos = nanoTime.getAsLong();
        this.onEnd = onEnd;
        this.own = outbox(Outbox.NO_WINDOW);
    }

    private Outbox outbox(long window) {
        return new Outbox(limits.queued(), limits.paused(), window, nanoTime, this::wake);
    }

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
        session = opened;
        opened.setMaxIdleTimeout(0);
        opened.getUserProperties().put(SEND_TIMEOUT, limits.sendTimeout().toMillis());
        // By parts: a buffer grows with a message, not with the largest that there may be.
        opened.addMessageHandler(String.class, (part, last) -> hear(part, last));
        opened.addMessageHandler(PongMessage.class, _ -> heard());
        Thread.ofVirtual().name("socket-" + opened.getId()).start(() -> write(opened));
    }

    @Override
    public void onError(Session failed, Throwable fault) {
        log.debug("A connection failed: {}", fault.toString());
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
        end();
    }

    /**
     * Ends one whose handshake's answer never reached the client: nobody else tells of it. Should it open all the same, it
     * closes at once.
     */
    void endIfNeverOpened() {
        if (session == null
                && nanoTime.getAsLong() - askedNanos >= limits.sendTimeout().toNanos()) {
            end();
        }
    }

    private void end() {
        Map<String, SocketRequest> left;
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            left = Map.copyOf(requests);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        own.close();
        left.values().forEach(SocketRequest::cancel);
        onEnd.run();
    }

    private void heard() {
        lock.lock();
        try {
            pings = 0;
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            something = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The container calls it for one part after the other. */
    private void hear(String part, boolean last) {
        if (coming.length() + part.length() > limits.message().toBytes()) {
            close(new CloseReason(CloseCodes.TOO_BIG, "the largest message has " + limits.message()));
            end();
            return;
        }
        coming.append(part);
        if (last) {
            String message = coming.toString();
            coming = new StringBuilder();
            hear(message);
        }
    }

    private void hear(String text) {
        heard();
        askedNanos = nanoTime.getAsLong();
        String id = null;
        try {
            JsonNode message = JSON.readTree(text);
            if (message.path("id").isString()) {
                id = message.get("id").stringValue();
            }
            if (!message.isObject()) {
                throw Fields.invalid("message", "must be an object, not " + Fields.kind(message));
            }
            take(Fields.of(message, ""));
        } catch (JacksonException e) {
            refuse(id, new StoaException(ErrorKind.INVALID_REQUEST, "The message is not valid JSON.", null, e));
        } catch (StoaException e) {
            refuse(id, e);
        }
    }

    private void take(Fields message) {
        String id = message.requiredString("id");
        if (id.isEmpty() || id.length() > ID_LENGTH_MAX) {
            throw Fields.invalid("id", "must have 1 to " + ID_LENGTH_MAX + " characters");
        }
        boolean cancel = message.optionalBoolean("cancel");
        int more = message.optionalInt("more", 1).orElse(0);
        if (cancel || more > 0) {
            message.end();
            SocketRequest request = find(id);
            if (request != null && cancel) {
                request.cancel();
            } else if (request != null) {
                request.outbox().widen(more);
            }
            // One that is not there has just ended: its end is on its way.
            return;
        }
        String path = message.requiredString("path");
        if (!PATHS.contains(path)) {
            throw Fields.invalid(
                    "path",
                    "must be one of "
                            + String.join(", ", PATHS.stream().sorted().toList()));
        }
        JsonNode body = message.required("body");
        Fields.of(body, "body");
        Map<String, String> all = new HashMap<>(headers);
        Fields given = message.optionalObject("headers");
        if (given != null) {
            for (String name : HEADERS) {
                String value = given.optionalString(name);
                if (value != null) {
                    all.put(name, value);
                }
            }
            given.end();
        }
        int window = message.optionalInt("window", 1).orElse(0);
        message.end();
        begin(id, path, body, all, window == 0 ? Outbox.NO_WINDOW : window);
    }

    private @Nullable SocketRequest find(String id) {
        lock.lock();
        try {
            return requests.get(id);
        } finally {
            lock.unlock();
        }
    }

    private void begin(String id, String path, JsonNode body, Map<String, String> all, long window) {
        SocketRequest request = new SocketRequest(id, ids.request(), outbox(window));
        lock.lock();
        try {
            if (requests.containsKey(id)) {
                throw StoaException.about(ErrorKind.CONFLICT, "id", "a request of this id is under way");
            }
            if (requests.size() >= limits.requests()) {
                throw new StoaException(
                        ErrorKind.RATE_LIMITED,
                        "This connection has " + limits.requests() + " requests under way, the most there may be.");
            }
            if (ended) {
                return;
            }
            requests.put(id, request);
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("socket-request-" + id).start(() -> request.run(player, path, body, all));
    }

    /** Of a message that is no request, or can't be one. What an answer's client gets wrong comes as its answer. */
    private void refuse(@Nullable String id, StoaException fault) {
        ObjectNode told = JSON.createObjectNode().put("id", id).put("type", "error");
        told.putObject("error")
                .put("type", fault.kind().name().toLowerCase(Locale.ROOT))
                .put("param", fault.param())
                .put("message", fault.getMessage());
        try {
            own.put(new Outbox.Message(told.toString(), false));
        } catch (IOException e) {
            log.debug("Nobody hears of a wrong message: {}", e.getMessage());
        }
    }

    /** Writes until the connection ends; one message of each request in turn. */
    private void write(Session to) {
        CloseReason why = new CloseReason(CloseCodes.NORMAL_CLOSURE, "");
        try {
            while (why.getReasonPhrase().isEmpty() && !over()) {
                boolean wrote = send(to, own.poll());
                for (SocketRequest request : all()) {
                    wrote |= sendOne(to, request);
                }
                if (!wrote && !await()) {
                    why = silence(to);
                }
            }
        } catch (IOException e) {
            log.debug("A connection can't be written to: {}", e.toString());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            close(why);
            end();
        }
    }

    private boolean over() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    private List<SocketRequest> all() {
        lock.lock();
        try {
            return List.copyOf(requests.values());
        } finally {
            lock.unlock();
        }
    }

    private boolean sendOne(Session to, SocketRequest request) throws IOException {
        Outbox.Message next = request.outbox().poll();
        if (next != null && next.last()) {
            lock.lock();
            try {
                // Before it is sent: its client may use the id again at once.
                requests.remove(request.id());
                sendingLast = true;
            } finally {
                lock.unlock();
            }
        }
        boolean sent = send(to, next);
        if (next != null && next.last()) {
            lock.lock();
            try {
                sendingLast = false;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
        return sent;
    }

    /** Waits until all requests have had their last word, or it is too late. */
    void awaitLastWords(long deadlineNanos) {
        lock.lock();
        try {
            long left = deadlineNanos - System.nanoTime();
            while ((sendingLast || !requests.isEmpty()) && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private static boolean send(Session to, Outbox.@Nullable Message next) throws IOException {
        if (next == null) {
            return false;
        }
        to.getBasicRemote().sendText(next.text());
        return true;
    }

    /** Waits until there may be something to write. @return false if there was nothing for the time of a ping */
    private boolean await() throws InterruptedException {
        long left = limits.ping().toNanos();
        lock.lockInterruptibly();
        try {
            while (!something && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            boolean came = something || ended;
            something = false;
            return came;
        } finally {
            lock.unlock();
        }
    }

    /** @return why the connection ends; without words if it doesn't */
    private CloseReason silence(Session to) throws IOException {
        lock.lock();
        try {
            boolean idle = requests.isEmpty()
                    && nanoTime.getAsLong() - askedNanos >= limits.idle().toNanos();
            if (idle) {
                return new CloseReason(CloseCodes.NORMAL_CLOSURE, "idle");
            }
            pings++;
            if (pings > limits.pongs()) {
                return new CloseReason(CloseCodes.GOING_AWAY, "no sign of life");
            }
        } finally {
            lock.unlock();
        }
        to.getBasicRemote().sendPing(ByteBuffer.allocate(0));
        return new CloseReason(CloseCodes.NORMAL_CLOSURE, "");
    }

    /** Ends it from outside. */
    void close(CloseReason why) {
        Session open = session;
        try {
            if (open != null && open.isOpen()) {
                open.close(why);
            }
        } catch (IOException e) {
            log.debug("A connection did not close well: {}", e.toString());
        }
    }
}
