package dev.stoa.inference.upstream;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.EventData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Chunks of chat and text completions, one choice. */
final class OpenAiReader implements AnswerReader {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final int maxTokens;
    private final boolean showThinking;
    private final boolean hidesUsage;
    private final Tally tally;
    private final OpenCall call;
    /** How the upstream counts and names the call that came last; negative before the first. */
    private int callIndex = -1;

    private String callId = "";

    /** The choices that were read last. */
    private JsonNode choices = MissingNode.getInstance();

    /** Whether words in them wait for the end of a call. */
    private boolean waits;

    /** Whether the chunk that was read last only tells the usage. */
    private boolean onlyUsage;

    /** Whether what was said is that the model says nothing to this. */
    private boolean refused;

    private @Nullable StopReason reason;
    private @Nullable String stopSequence;

    /**
     * @param showThinking false where the caller asked for none: most servers have no switch, so it is passed over
     * @param hidesUsage whether the caller did not ask for a stream's usage
     */
    OpenAiReader(int maxTokens, boolean showThinking, boolean hidesUsage, Tally tally) {
        this.hidesUsage = hidesUsage;
        this.maxTokens = maxTokens;
        this.showThinking = showThinking;
        this.tally = tally;
        this.call = new OpenCall(tally);
    }

    @Override
    public void begun(Consumer<TokenStream.Event> out) {
        // Tokens are reported at the end only.
        out.accept(new TokenStream.Started(tally.inputTokens(), 0));
    }

    @Override
    public void event(EventData data, Consumer<TokenStream.Event> out) {
        onlyUsage = false;
        choices = MissingNode.getInstance();
        if (data.is(DONE)) {
            bodyEnded(out);
            return;
        }
        JsonNode chunk = Json.object(data);
        if (chunk.hasNonNull("error")) {
            throw UpstreamFaults.inStream(chunk.get("error"));
        }
        choices = chunk.path("choices");
        if (!choices.isArray() && !chunk.hasNonNull("usage")) {
            throw UpstreamFaults.rubbish("a chunk without choices", null);
        }
        onlyUsage = choices.isEmpty() && chunk.hasNonNull("usage");
        if (!choices.isEmpty()) {
            choice(choices.get(0), out);
        }
        usage(chunk.path("usage"));
    }

    @Override
    public boolean isCallers() {
        return !(hidesUsage && onlyUsage);
    }

    @Override
    public Map<String, String> untold() {
        Untold untold = new Untold();
        for (int i = 0; i < choices.size(); i++) {
            JsonNode choice = choices.get(i);
            String part = choice.has("message") ? "message" : "delta";
            if (i == 0) {
                JsonNode said = choice.path(part);
                untold.add(part, said, name -> told(said, name));
            } else {
                untold.add("choices." + i, choice, Untold.NOTHING);
            }
        }
        return untold.texts();
    }

    /** Whether {@link #choice} has told of what the part has by this name. */
    private boolean told(JsonNode part, String name) {
        return switch (name) {
            case "tool_calls", "function_call" -> name.equals(callName(part));
            case "content", "refusal" -> !waits && part.get(name).isString();
            case "reasoning", "reasoning_content" ->
                !waits && name.equals(thoughtName(part)) && part.get(name).isString();
            default -> false;
        };
    }

    @Override
    public void whole(JsonNode answer, Consumer<TokenStream.Event> out) {
        choices = answer.path("choices");
        JsonNode choice = choices.path(0);
        if (!choice.path("finish_reason").isString()) {
            throw UpstreamFaults.rubbish("an answer without choices that have ended", null);
        }
        begun(out);
        // A message has what all deltas together have.
        ObjectNode chunk = ((ObjectNode) choice).deepCopy();
        if (choice.has("message")) {
            chunk.set("delta", choice.get("message"));
        }
        usage(answer.path("usage"));
        choice(chunk, out);
        bodyEnded(out);
    }

    private void choice(JsonNode choice, Consumer<TokenStream.Event> out) {
        JsonNode delta = choice.path("delta");
        waits = false;
        thinking(delta, out);
        JsonNode content = choice.has("delta") ? delta.path("content") : choice.path("text");
        String refusal = delta.path("refusal").asString("");
        refused |= !refusal.isEmpty();
        String words = (content.isString() ? content.stringValue() : "") + refusal;
        List<TokenStream.Event> said = new ArrayList<>();
        if (!words.isEmpty()) {
            tally.piece(words);
            said.add(new TokenStream.TextDelta(words));
        }
        List<TokenLogprob> logprobs = logprobs(choice.path("logprobs"));
        if (!logprobs.isEmpty()) {
            said.add(new TokenStream.Logprobs(logprobs));
        }
        waits |= !call.say(words, said, out);
        JsonNode calls = delta.path(callName(delta));
        if (calls.isArray()) {
            for (JsonNode part : calls) {
                call(part.path("index").asInt(callIndex + 1), part.path("id").asString(""), part.path("function"), out);
            }
        } else if (!calls.path("name").asString("").isEmpty()
                || !calls.path("arguments").asString("").isEmpty()) {
            call(Math.max(0, callIndex), "", calls, out);
        }
        JsonNode finish = choice.path("finish_reason");
        if (finish.isString()) {
            // vLLM says which stop sequence it was; others leave it open.
            JsonNode stop = choice.path("stop_reason");
            stopSequence = stop.isString() ? stop.stringValue() : null;
            boolean cut =
                    stopSequence != null || List.of("length", "content_filter").contains(finish.stringValue());
            call.end(cut, out);
            reason = reason(finish.stringValue());
        }
    }

    /** Where the calls are: in a list, or, in older answers, the only one by itself. */
    private static String callName(JsonNode part) {
        return part.path("tool_calls").isEmpty() ? "function_call" : "tool_calls";
    }

    /** The field has two names: {@code reasoning_content} came first. */
    private static String thoughtName(JsonNode part) {
        return part.path("reasoning_content").asString("").isEmpty() ? "reasoning" : "reasoning_content";
    }

    private void thinking(JsonNode delta, Consumer<TokenStream.Event> out) {
        String thought = delta.path(thoughtName(delta)).asString("");
        if (!thought.isEmpty()) {
            tally.thought(thought);
            if (showThinking) {
                waits |= !call.say(thought, List.of(new TokenStream.ThinkingDelta(thought)), out);
            }
        }
    }

    private void call(int index, String id, JsonNode function, Consumer<TokenStream.Event> out) {
        String name = function.path("name").asString("");
        // Some servers count no further, and number each call with 0.
        boolean another = index == callIndex && !id.isEmpty() && !id.equals(callId) && !name.isEmpty();
        if (index > callIndex || another) {
            call.begin(id, name, out);
            callIndex = index;
            callId = id;
        } else if (index < callIndex) {
            throw UpstreamFaults.rubbish("parts of two calls in turns", null);
        }
        call.arguments(function.path("arguments").asString(""), out);
    }

    private StopReason reason(String finish) {
        return switch (finish) {
            case "length" -> tally.usage().outputTokens() < maxTokens ? StopReason.CONTEXT_FULL : StopReason.MAX_TOKENS;
            case "content_filter" -> StopReason.REFUSAL;
            default -> {
                if (refused) {
                    yield StopReason.REFUSAL;
                }
                // One that had to call a tool says “stop”.
                StopReason stopped = call.called() ? StopReason.TOOL_USE : StopReason.END_TURN;
                yield stopSequence == null ? stopped : StopReason.STOP_SEQUENCE;
            }
        };
    }

    private void usage(JsonNode usage) {
        if (usage.isObject()) {
            tally.input(
                    usage.path("prompt_tokens").asLong(0),
                    usage.path("prompt_tokens_details").path("cached_tokens").asLong(0));
            tally.output(usage.path("completion_tokens").asLong(-1));
            tally.thoughtTokens(usage.path("completion_tokens_details")
                    .path("reasoning_tokens")
                    .asLong(-1));
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
