package dev.stoa.inference.upstream;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.EventData;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Events of Messages. */
final class AnthropicReader implements AnswerReader {
    private static final Set<String> WORDS = Set.of("text", "thinking");

    private final Tally tally;
    private final OpenCall call;
    /** The texts of what was read last of which no event told. */
    private Untold untold = new Untold();

    /** Parts that came so far: each is a place of its own. */
    private int parts;

    private boolean started;
    private @Nullable StopReason reason;
    private @Nullable String stopSequence;

    AnthropicReader(Tally tally) {
        this.tally = tally;
        this.call = new OpenCall(tally);
    }

    @Override
    public void begun(Consumer<TokenStream.Event> out) {
        // message_start tells the prompt's size.
    }

    @Override
    public void event(EventData data, Consumer<TokenStream.Event> out) {
        JsonNode event = Json.object(data);
        untold = new Untold();
        String type = event.path("type").asString("");
        if (!started && !type.equals("message_start") && !type.equals("error") && !type.equals("ping")) {
            throw UpstreamFaults.rubbish("a stream that does not begin with message_start", null);
        }
        switch (type) {
            case "message_start" -> start(event.path("message").path("usage"), out);
            case "content_block_start" -> block(event.path("content_block"), Untold.NOTHING, out);
            case "content_block_delta" -> delta(event.path("delta"), out);
            case "message_delta" -> end(event, out);
            case "message_stop" -> bodyEnded(out);
            case "error" -> throw UpstreamFaults.inStream(event.path("error"));
            default -> {
                // Pings, and what the protocol may get: it asks to pass these over.
            }
        }
    }

    @Override
    public Map<String, String> untold() {
        return untold.texts();
    }

    @Override
    public void whole(JsonNode answer, Consumer<TokenStream.Event> out) {
        if (!answer.path("stop_reason").isString()) {
            throw UpstreamFaults.rubbish("an answer without a stop_reason", null);
        }
        start(answer.path("usage"), out);
        for (JsonNode block : answer.path("content")) {
            block(block, WORDS::contains, out);
            delta("text_delta", block.path("text").asString(""), out);
            delta("thinking_delta", block.path("thinking").asString(""), out);
        }
        // What a message says of its end, the event has in two places.
        ObjectNode event = Json.MAPPER.createObjectNode();
        event.set("delta", answer);
        event.set("usage", answer.path("usage"));
        end(event, out);
        bodyEnded(out);
    }

    private void start(JsonNode usage, Consumer<TokenStream.Event> out) {
        if (started) {
            throw UpstreamFaults.rubbish("a second message_start", null);
        }
        started = true;
        input(usage);
        out.accept(new TokenStream.Started(tally.inputTokens(), tally.usage().cachedTokens()));
    }

    private void input(JsonNode usage) {
        long cached = usage.path("cache_read_input_tokens").asLong(0);
        long written = usage.path("cache_creation_input_tokens").asLong(0);
        tally.input(usage.path("input_tokens").asLong(0) + written + cached, cached, written);
    }

    /** @param told what events tell of it, but for calls */
    private void block(JsonNode block, Predicate<String> told, Consumer<TokenStream.Event> out) {
        call.end(out);
        // Calls of the upstream's own tools are a kind of their own, such as server_tool_use.
        boolean calls = block.path("type").asString("").endsWith("tool_use");
        untold.add("part " + parts++, block, calls ? "name"::equals : told);
        if (calls) {
            call.begin(block.path("id").asString(""), block.path("name").asString(""), out);
            JsonNode input = block.path("input");
            if (input.isObject() && !input.isEmpty()) {
                // Some servers give all of it at once.
                call.arguments(input.toString(), out);
            }
        }
    }

    private void delta(JsonNode delta, Consumer<TokenStream.Event> out) {
        String type = delta.path("type").asString("");
        switch (type) {
            case "text_delta" -> delta(type, delta.path("text").asString(""), out);
            case "thinking_delta" -> delta(type, delta.path("thinking").asString(""), out);
            case "input_json_delta" -> call.arguments(delta.path("partial_json").asString(""), out);
            // Earlier thinking is not given back, and no sources are sent that could be cited.
            case "citations_delta" -> untold.add("part " + parts++, delta, Untold.NOTHING);
            default -> untold.add(type, delta, Untold.NOTHING);
        }
    }

    private void delta(String type, String words, Consumer<TokenStream.Event> out) {
        if (words.isEmpty()) {
            return;
        }
        if (type.equals("text_delta")) {
            tally.piece(words);
            out.accept(new TokenStream.TextDelta(words));
        } else {
            tally.thought(words);
            out.accept(new TokenStream.ThinkingDelta(words));
        }
    }

    private void end(JsonNode event, Consumer<TokenStream.Event> out) {
        JsonNode delta = event.path("delta");
        if (delta.path("stop_reason").isString()) {
            reason = switch (delta.get("stop_reason").stringValue()) {
                case "max_tokens" -> StopReason.MAX_TOKENS;
                case "stop_sequence" -> StopReason.STOP_SEQUENCE;
                case "model_context_window_exceeded" -> StopReason.CONTEXT_FULL;
                case "refusal" -> StopReason.REFUSAL;
                case "tool_use" -> StopReason.TOOL_USE;
                default -> StopReason.END_TURN;
            };
            stopSequence = delta.path("stop_sequence").isString()
                    ? delta.get("stop_sequence").stringValue()
                    : null;
        }
        call.end(reason != StopReason.TOOL_USE && reason != StopReason.END_TURN, out);
        if (event.path("usage").has("input_tokens")) {
            input(event.path("usage"));
        }
        tally.output(event.path("usage").path("output_tokens").asLong(-1));
        tally.thoughtTokens(event.path("usage")
                .path("output_tokens_details")
                .path("thinking_tokens")
                .asLong(-1));
    }

    @Override
    public void bodyEnded(Consumer<TokenStream.Event> out) {
        if (reason == null) {
            throw UpstreamFaults.brokenOff(null);
        }
        if (reason == StopReason.TOOL_USE && !call.called()) {
            reason = StopReason.END_TURN;
        }
        out.accept(new TokenStream.Finished(reason, stopSequence, tally.usage()));
    }
}
