package dev.stoa.shared;

import java.util.random.RandomGenerator;

/** Names for requests and messages: a prefix and 24 random letters and digits (142 bits). Thread-safe. */
public final class Ids {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 24;

    private final RandomGenerator random;

    /** @param random thread-safe */
    public Ids(RandomGenerator random) {
        this.random = random;
    }

    /** {@code req_…} */
    public String request() {
        return next("req_");
    }

    /** {@code msg_…} */
    public String message() {
        return next("msg_");
    }

    /** {@code chatcmpl-…} */
    public String chatCompletion() {
        return next("chatcmpl-");
    }

    /** {@code cmpl-…} */
    public String completion() {
        return next("cmpl-");
    }

    /** {@code toolu_…}, a call in Anthropic's protocol. */
    public String toolUse() {
        return next("toolu_");
    }

    /** {@code call_…}, a call in OpenAI's protocol. */
    public String toolCall() {
        return next("call_");
    }

    /** {@code resp_…} */
    public String response() {
        return next("resp_");
    }

    /** A part of a response's output: {@code msg_…}, {@code fc_…}, {@code rs_…}. */
    public String responseItem(String prefix) {
        return next(prefix);
    }

    /** A seed for a request that brings none. */
    public long seed() {
        return random.nextLong();
    }

    private String next(String prefix) {
        StringBuilder id = new StringBuilder(prefix.length() + LENGTH).append(prefix);
        for (int i = 0; i < LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
