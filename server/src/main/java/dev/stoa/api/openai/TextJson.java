package dev.stoa.api.openai;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenUsage;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A completion of plain text, whole and in chunks. */
final class TextJson implements AnswerJson {
    private static final JsonMapper JSON = new JsonMapper();

    private final String id;
    private final Supplier<String> model;
    private final long createdSeconds;
    private final boolean usageInChunks;
    /** For each choice where its next token's text begins. A chunk's text may be ahead of its tokens. */
    private final int[] nextOffsets;

    TextJson(String id, Supplier<String> model, long createdSeconds, boolean usageInChunks, int choices) {
        this.id = id;
        this.model = model;
        this.createdSeconds = createdSeconds;
        this.usageInChunks = usageInChunks;
        this.nextOffsets = new int[choices];
    }

    private ObjectNode head() {
        return JSON.createObjectNode()
                .put("id", id)
                .put("object", "text_completion")
                .put("created", createdSeconds)
                .put("model", model.get());
    }

    @Override
    public ObjectNode whole(List<Choice> choices, TokenUsage usage) {
        ObjectNode answer = head();
        ArrayNode list = answer.putArray("choices");
        for (Choice choice : choices) {
            add(list, list.size(), choice.text(), choice.logprobs(), choice.reason());
        }
        answer.set("usage", AnswerJson.json(usage));
        return answer;
    }

    @Override
    public boolean tellsBegin() {
        return false;
    }

    @Override
    public ObjectNode begin(int choice) {
        throw new IllegalStateException("a text completion begins without a word");
    }

    @Override
    public ObjectNode delta(int choice, String text, List<TokenLogprob> logprobs) {
        return chunk(choice, text, logprobs, null);
    }

    @Override
    public ObjectNode end(int choice, StopReason reason) {
        return chunk(choice, "", List.of(), reason);
    }

    private ObjectNode chunk(int choice, String text, List<TokenLogprob> logprobs, @Nullable StopReason reason) {
        ObjectNode chunk = head();
        add(chunk.putArray("choices"), choice, text, logprobs, reason);
        if (usageInChunks) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    @Override
    public ObjectNode usage(TokenUsage usage) {
        ObjectNode chunk = head();
        chunk.putArray("choices");
        chunk.set("usage", AnswerJson.json(usage));
        return chunk;
    }

    private void add(ArrayNode list, int index, String text, List<TokenLogprob> logprobs, @Nullable StopReason reason) {
        ObjectNode json = list.addObject().put("text", text).put("index", index);
        if (logprobs.isEmpty()) {
            json.putNull("logprobs");
        } else {
            nextOffsets[index] = logprobs(json.putObject("logprobs"), logprobs, nextOffsets[index]);
        }
        json.put("finish_reason", reason == null ? null : AnswerJson.reason(reason));
    }

    /** @return where the text of the token after these begins */
    private static int logprobs(ObjectNode into, List<TokenLogprob> tokens, int from) {
        ArrayNode texts = into.putArray("tokens");
        ArrayNode values = into.putArray("token_logprobs");
        ArrayNode tops = into.putArray("top_logprobs");
        ArrayNode offsets = into.putArray("text_offset");
        int offset = from;
        for (TokenLogprob token : tokens) {
            texts.add(token.piece().text());
            values.add(Math.max(ChatJson.LOGPROB_MIN, token.piece().logprob()));
            ObjectNode top = tops.addObject();
            token.top().forEach(other -> top.put(other.text(), Math.max(ChatJson.LOGPROB_MIN, other.logprob())));
            offsets.add(offset);
            offset += length(token.piece().bytes());
        }
        return offset;
    }

    /** How much text begins in these bytes: a character that is spread over tokens counts once. */
    private static int length(byte[] utf8) {
        int length = 0;
        for (byte next : utf8) {
            int bits = next & 0xFF;
            boolean goesOn = bits >> 6 == 0b10;
            boolean pair = bits >> 3 == 0b11110;
            length += goesOn ? 0 : pair ? 2 : 1;
        }
        return length;
    }
}
