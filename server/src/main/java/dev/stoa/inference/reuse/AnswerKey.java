package dev.stoa.inference.reuse;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Tool;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What an answer depends on, as HMAC-SHA-256 under an organization's salt. Two requests have one key if and only if all
 * of it is equal: the parts are written in one order, each text behind its length.
 */
record AnswerKey(String hex) {
    private static final String ALGORITHM = "HmacSHA256";
    /** Of kept answers; another one makes all that are kept unknown. */
    private static final int FORMAT = 2;

    /**
     * The key of a request.
     *
     * @param revision of the model
     */
    static AnswerKey of(byte[] salt, GenerationRequest request, String revision) {
        Writer out = new Writer(salt);
        out.number(FORMAT).text(request.model()).text(revision).number(request.maxTokens());
        prompt(out, request.prompt());
        sampling(out, request);
        out.number(request.stopSequences().size());
        request.stopSequences().forEach(out::text);
        out.number(request.topLogprobs());
        out.text(request.control().constraint().map(AnswerKey::form).orElse(""));
        out.number(request.control().logitBias().size());
        new TreeMap<>(request.control().logitBias())
                .forEach((token, bias) -> out.number(token).number(Float.floatToIntBits(bias)));
        out.number(request.control().shownTokens().size());
        new TreeSet<>(request.control().shownTokens()).forEach(out::number);
        return new AnswerKey(HexFormat.of().formatHex(out.mac.doFinal()));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    private static void prompt(Writer out, Prompt prompt) {
        switch (prompt) {
            case Prompt.Text(String text) -> out.text("text").text(text);
            case Prompt.Original original -> {
                out.text(original.wire() + original.path()).bytes(original.body());
                new TreeMap<>(original.headers())
                        .forEach((name, value) -> out.text(name).text(value));
            }
            case Prompt.Conversation conversation -> {
                out.text("conversation").number(conversation.messages().size());
                conversation.messages().forEach(message -> message(out, message));
                out.number(conversation.tools().tools().size());
                conversation.tools().tools().forEach(tool -> tool(out, tool));
                out.text(conversation.tools().choice().toString());
                out.text(conversation.tools().parallel() + " " + conversation.thinking());
            }
        }
    }

    private static void message(Writer out, Message message) {
        out.text(message.role().name()).number(message.content().size());
        for (ContentBlock block : message.content()) {
            switch (block) {
                case ContentBlock.Text(String text) -> out.text("text").text(text);
                case ContentBlock.ToolUse(String id, String name, String arguments) ->
                    out.text("use").text(id).text(name).text(arguments);
                case ContentBlock.Document document -> out.text("document").text(document.shown());
                case ContentBlock.ToolResult result ->
                    out.text(result.isError() ? "error" : "result")
                            .text(result.toolUseId())
                            .text(result.text());
            }
        }
    }

    private static void tool(Writer out, Tool tool) {
        out.text(tool.name()).text(tool.description()).text(tool.parameters()).number(tool.strict() ? 1 : 0);
    }

    private static void sampling(Writer out, GenerationRequest request) {
        Sampling drawn = request.sampling();
        // A seed that plays no part would make one answer many.
        out.text((request.greedy() ? drawn.withSeed(0) : drawn).toString());
    }

    private static String form(Constraint form) {
        return form.toString();
    }

    /** Not thread-safe. */
    private static final class Writer {
        private final Mac mac;

        Writer(byte[] salt) {
            try {
                mac = Mac.getInstance(ALGORITHM);
                mac.init(new SecretKeySpec(salt, ALGORITHM));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java has " + ALGORITHM, e);
            }
        }

        Writer text(String text) {
            return bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        Writer bytes(byte[] bytes) {
            number(bytes.length);
            mac.update(bytes);
            return this;
        }

        Writer number(int number) {
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
            return this;
        }
    }
}
