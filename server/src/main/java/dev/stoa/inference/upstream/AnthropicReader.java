package dev.stoa.inference.upstream;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Events of Messages. */
final class AnthropicReader implements AnswerReader {
    private final Tally tally;
    private final OpenCall call;
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
    public void event(String data, Consumer<TokenStream.Event> out) {
        JsonNode event = Json.object(data);
        String type = event.path("type").asString("");
        if (!started && !type.equals("message_start") && !type.equals("error") && !type.equals("ping")) {
            throw UpstreamFaults.rubbish("a stream that does not begin with message_start", null);
        }
        switch (type) {
            case "message_start" -> start(event.path("message").path("usage"), out);
            case "content_block_start" -> block(event.path("content_block"), out);
            case "content_block_delta" -> delta(event.path("delta"), out);
            case "message_delta" -> end(event, out);
            case "message_stop" -> bodyEnded(out);
            case "error" -> throw UpstreamFaults.inStream(event.path("error"));
            default -> {
                // Pings, and what the protocol may get: it asks to pass these over.
            }
        }
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
        tally.input(usage.path("input_tokens").asLong(0) + written + cached, cached);
    }

    private void block(JsonNode block, Consumer<TokenStream.Event> out) {
        call.end(out);
        if (block.path("type").asString("").equals("tool_use")) {
            call.begin(block.path("id").asString(""), block.path("name").asString(""), out);
            JsonNode input = block.path("input");
            if (input.isObject() && !input.isEmpty()) {
                // Some servers give all of it at once.
                call.arguments(input.toString(), out);
            }
        }
    }

    private void delta(JsonNode delta, Consumer<TokenStream.Event> out) {
        switch (delta.path("type").asString("")) {
            case "text_delta" -> {
                String text = delta.path("text").asString("");
                if (!text.isEmpty()) {
                    tally.piece(text);
                    out.accept(new TokenStream.TextDelta(text));
                }
            }
            case "thinking_delta" -> {
                String thought = delta.path("thinking").asString("");
                if (!thought.isEmpty()) {
                    tally.thought(thought);
                    out.accept(new TokenStream.ThinkingDelta(thought));
                }
            }
            case "input_json_delta" -> call.arguments(delta.path("partial_json").asString(""), out);
            default -> {
                // Signatures and citations: earlier thinking is not given back, sources are not sent.
            }
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
