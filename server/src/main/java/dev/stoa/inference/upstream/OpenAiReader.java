package dev.stoa.inference.upstream;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Chunks of chat and text completions, one choice. */
final class OpenAiReader implements AnswerReader {
    private static final String DONE = "[DONE]";

    private final int maxTokens;
    private final Tally tally;
    private @Nullable StopReason reason;
    private @Nullable String stopSequence;

    OpenAiReader(int maxTokens, Tally tally) {
        this.maxTokens = maxTokens;
        this.tally = tally;
    }

    @Override
    public void begun(Consumer<TokenStream.Event> out) {
        // Tokens are reported at the end only.
        out.accept(new TokenStream.Started(tally.inputTokens(), 0));
    }

    @Override
    public void event(String data, Consumer<TokenStream.Event> out) {
        if (data.equals(DONE)) {
            bodyEnded(out);
            return;
        }
        JsonNode chunk = Json.object(data);
        if (chunk.hasNonNull("error")) {
            throw UpstreamFaults.inStream(chunk.get("error"));
        }
        JsonNode choices = chunk.path("choices");
        if (!choices.isArray() && !chunk.hasNonNull("usage")) {
            throw UpstreamFaults.rubbish("a chunk without choices", null);
        }
        if (!choices.isEmpty()) {
            choice(choices.get(0), out);
        }
        usage(chunk.path("usage"));
    }

    private void choice(JsonNode choice, Consumer<TokenStream.Event> out) {
        JsonNode content = choice.has("delta") ? choice.path("delta").path("content") : choice.path("text");
        if (content.isString() && !content.stringValue().isEmpty()) {
            tally.piece(content.stringValue());
            out.accept(new TokenStream.TextDelta(content.stringValue()));
        }
        List<TokenLogprob> logprobs = logprobs(choice.path("logprobs"));
        if (!logprobs.isEmpty()) {
            out.accept(new TokenStream.Logprobs(logprobs));
        }
        JsonNode finish = choice.path("finish_reason");
        if (finish.isString()) {
            // vLLM says which stop sequence it was; others leave it open.
            JsonNode stop = choice.path("stop_reason");
            stopSequence = stop.isString() ? stop.stringValue() : null;
            reason = reason(finish.stringValue());
        }
    }

    private StopReason reason(String finish) {
        return switch (finish) {
            case "length" -> tally.usage().outputTokens() < maxTokens ? StopReason.CONTEXT_FULL : StopReason.MAX_TOKENS;
            case "content_filter" -> StopReason.REFUSAL;
            default -> stopSequence == null ? StopReason.END_TURN : StopReason.STOP_SEQUENCE;
        };
    }

    private void usage(JsonNode usage) {
        if (usage.isObject()) {
            tally.input(
                    usage.path("prompt_tokens").asLong(0),
                    usage.path("prompt_tokens_details").path("cached_tokens").asLong(0));
            tally.output(usage.path("completion_tokens").asLong(-1));
        }
    }

    /** In the form of chats, or that of text completions. */
    private static List<TokenLogprob> logprobs(JsonNode logprobs) {
        List<TokenLogprob> found = new ArrayList<>();
        for (JsonNode token : logprobs.path("content")) {
            List<TokenLogprob.Piece> top = new ArrayList<>();
            token.path("top_logprobs").forEach(other -> top.add(piece(other)));
            found.add(new TokenLogprob(piece(token), top));
        }
        JsonNode values = logprobs.path("token_logprobs");
        for (int i = 0; i < values.size(); i++) {
            List<TokenLogprob.Piece> top = new ArrayList<>();
            logprobs.path("top_logprobs")
                    .path(i)
                    .properties()
                    .forEach(other -> top.add(new TokenLogprob.Piece(
                            other.getKey().getBytes(StandardCharsets.UTF_8),
                            other.getValue().asDouble(0))));
            String text = logprobs.path("tokens").path(i).asString("");
            found.add(new TokenLogprob(
                    new TokenLogprob.Piece(
                            text.getBytes(StandardCharsets.UTF_8), values.get(i).asDouble(0)),
                    top));
        }
        return found;
    }

    private static TokenLogprob.Piece piece(JsonNode token) {
        JsonNode bytes = token.path("bytes");
        byte[] spelled = token.path("token").asString("").getBytes(StandardCharsets.UTF_8);
        if (bytes.isArray()) {
            spelled = new byte[bytes.size()];
            for (int i = 0; i < spelled.length; i++) {
                spelled[i] = (byte) bytes.get(i).asInt(0);
            }
        }
        return new TokenLogprob.Piece(spelled, token.path("logprob").asDouble(0));
    }

    @Override
    public void bodyEnded(Consumer<TokenStream.Event> out) {
        if (reason == null) {
            throw UpstreamFaults.brokenOff(null);
        }
        out.accept(new TokenStream.Finished(settled(reason), stopSequence, tally.usage()));
    }

    /** With the upstream's own count, which comes after the reason. */
    private StopReason settled(StopReason known) {
        return known == StopReason.CONTEXT_FULL ? reason("length") : known;
    }
}
