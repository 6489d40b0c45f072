package dev.stoa.admission;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** {@code limits.lua} in Redis: any number of calls in one round trip, each done whole or not at all. Thread-safe. */
final class RedisScript {
    /** All keys lie in one slot, so that a call may be about any of them. */
    private static final String PREFIX = "stoa:{limits}:";

    /** One call. */
    record Call(List<String> keys, List<String> arguments) {}

    private final RedisLink link;
    private final String source;
    /** What Redis calls it: the SHA-1 of its text. */
    private final String name;

    RedisScript(RedisLink link) {
        this(link, source());
    }

    /** With another text, for a test with a clock of its own. */
    RedisScript(RedisLink link, String source) {
        this.link = link;
        this.source = source;
        this.name = name(source);
    }

    static String source() {
        try (InputStream in = Objects.requireNonNull(RedisScript.class.getResourceAsStream("limits.lua"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(String source) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** What is counted for a scope within the minute. */
    static String minuteKey(Scope scope) {
        return PREFIX + scope.key() + ":minute";
    }

    static String spentKey(Scope scope) {
        return PREFIX + scope.key() + ":spent";
    }

    /** The number of a server's last settlement. */
    static String serverKey(String server) {
        return PREFIX + "server:" + server;
    }

    /**
     * Makes the calls in order.
     *
     * @return what each answered, numbers as text
     * @throws org.springframework.dao.DataAccessException if Redis is away; calls may have been made
     */
    List<List<String>> run(List<Call> calls) {
        return link.call(connection -> {
            List<List<String>> answers = attempt(connection, calls);
            List<Call> again = new ArrayList<>();
            for (int i = 0; i < calls.size(); i++) {
                if (answers.get(i).isEmpty()) {
                    again.add(calls.get(i));
                }
            }
            if (!again.isEmpty()) {
                // A new Redis, or one whose scripts were flushed.
                connection.scriptLoad(source);
                Iterator<List<String>> late = attempt(connection, again).iterator();
                answers.replaceAll(answer -> answer.isEmpty() ? late.next() : answer);
            }
            return answers;
        });
    }

    /** An answer is empty where the script was not known; else it never is. */
    private List<List<String>> attempt(Jedis connection, List<Call> calls) {
        List<Response<Object>> responses = new ArrayList<>(calls.size());
        Pipeline pipeline = connection.pipelined();
        for (Call call : calls) {
            responses.add(pipeline.evalsha(name, call.keys(), call.arguments()));
        }
        pipeline.sync();
        List<List<String>> answers = new ArrayList<>(calls.size());
        for (Response<Object> response : responses) {
            try {
                List<String> answer = new ArrayList<>();
                ((List<?>) response.get()).forEach(part -> answer.add(String.valueOf(part)));
                answers.add(answer);
            } catch (JedisNoScriptException _) {
                answers.add(List.of());
            }
        }
        return answers;
    }
}
