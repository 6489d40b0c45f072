package dev.stoa.inference.reuse;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenStream.CallArguments;
import dev.stoa.inference.TokenStream.CallEnd;
import dev.stoa.inference.TokenStream.CallStart;
import dev.stoa.inference.TokenStream.Cited;
import dev.stoa.inference.TokenStream.Event;
import dev.stoa.inference.TokenStream.Finished;
import dev.stoa.inference.TokenStream.Logprobs;
import dev.stoa.inference.TokenStream.Passed;
import dev.stoa.inference.TokenStream.Started;
import dev.stoa.inference.TokenStream.TextDelta;
import dev.stoa.inference.TokenStream.ThinkingDelta;
import dev.stoa.inference.TokenUsage;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A whole answer as text: a JSON array of events, each an array that begins with its kind. Deltas of one kind in a row are
 * one. What it says of the cache is that all of the prompt was found there.
 */
final class KeptAnswer {
    private static final JsonMapper JSON = new JsonMapper();

    private KeptAnswer() {}

    /** @param events of a stream that has finished */
    static String write(List<Event> events) {
        ArrayNode out = JSON.createArrayNode();
        joined(events).forEach(event -> write(out.addArray(), event));
        return out.toString();
    }

    /** The events of an answer that is given again from memory, as {@link #read} has them. */
    static List<Event> again(List<Event> events) {
        return joined(events).stream().map(KeptAnswer::fromCache).toList();
    }

    private static Event fromCache(Event event) {
        return switch (event) {
            case Started(int input, int _) -> new Started(input, input);
            case Finished(StopReason reason, String stop, TokenUsage usage) ->
                new Finished(
                        reason,
                        stop,
                        new TokenUsage(
                                usage.inputTokens(),
                                usage.inputTokens(),
                                usage.outputTokens(),
                                usage.thinkingTokens()));
            default -> event;
        };
    }

    private static List<Event> joined(List<Event> events) {
        List<Event> joined = new ArrayList<>();
        for (Event event : events) {
            Event last = joined.isEmpty() ? null : joined.getLast();
            Event both = last == null ? null : both(last, event);
            if (both != null) {
                joined.set(joined.size() - 1, both);
            } else {
                joined.add(event);
            }
        }
        return joined;
    }

    private static @Nullable Event both(Event last, Event next) {
        if (last instanceof TextDelta(String first) && next instanceof TextDelta(String more)) {
            return new TextDelta(first + more);
        }
        if (last instanceof ThinkingDelta(String first) && next instanceof ThinkingDelta(String more)) {
            return new ThinkingDelta(first + more);
        }
        if (last instanceof CallArguments(int call, String first)
                && next instanceof CallArguments(int _, String more)) {
            return new CallArguments(call, first + more);
        }
        return null;
    }

    private static void write(ArrayNode out, Event event) {
        switch (event) {
            case Started(int input, int _) -> out.add("started").add(input);
            case TextDelta(String text) -> out.add("text").add(text);
            case ThinkingDelta(String text) -> out.add("thinking").add(text);
            case CallStart(int call, String id, String name) ->
                out.add("call").add(call).add(id).add(name);
            case CallArguments(int call, String json) ->
                out.add("arguments").add(call).add(json);
            case CallEnd(int call, boolean complete) -> out.add("end").add(call).add(complete);
            case Logprobs(List<TokenLogprob> tokens) -> {
                ArrayNode all = out.add("logprobs").addArray();
                tokens.forEach(token -> {
                    ArrayNode pieces = all.addArray();
                    piece(pieces, token.piece());
                    token.top().forEach(piece -> piece(pieces, piece));
                });
            }
            case Passed(byte[] bytes, Map<String, String> untold) -> {
                ObjectNode texts = out.add("passed")
                        .add(Base64.getEncoder().encodeToString(bytes))
                        .addObject();
                untold.forEach(texts::put);
            }
            case Cited _ -> throw new IllegalStateException("citations are found in an answer when it is given");
            case Finished(StopReason reason, String stop, TokenUsage usage) ->
                out.add("finished")
                        .add(reason.name())
                        .add(stop)
                        .add(usage.inputTokens())
                        .add(usage.outputTokens())
                        .add(usage.thinkingTokens());
        }
    }

    private static void piece(ArrayNode into, TokenLogprob.Piece piece) {
        into.addArray().add(Base64.getEncoder().encodeToString(piece.bytes())).add(piece.logprob());
    }

    /** @throws RuntimeException if it is none */
    static List<Event> read(String text) {
        List<Event> events = new ArrayList<>();
        JSON.readTree(text).forEach(each -> events.add(event(each)));
        return events;
    }

    private static Event event(JsonNode in) {
        String kind = in.get(0).stringValue();
        return switch (kind) {
            case "started" -> new Started(in.get(1).intValue(), in.get(1).intValue());
            case "text" -> new TextDelta(in.get(1).stringValue());
            case "thinking" -> new ThinkingDelta(in.get(1).stringValue());
            case "call" ->
                new CallStart(
                        in.get(1).intValue(), textOrNull(in.get(2)), in.get(3).stringValue());
            case "arguments" ->
                new CallArguments(in.get(1).intValue(), in.get(2).stringValue());
            case "end" -> new CallEnd(in.get(1).intValue(), in.get(2).booleanValue());
            case "logprobs" -> {
                List<TokenLogprob> tokens = new ArrayList<>();
                in.get(1).forEach(token -> tokens.add(token(token)));
                yield new Logprobs(tokens);
            }
            case "passed" -> {
                Map<String, String> untold = new HashMap<>();
                in.path(2).forEachEntry((place, text) -> untold.put(place, text.stringValue()));
                yield new Passed(Base64.getDecoder().decode(in.get(1).stringValue()), untold);
            }
            case "finished" ->
                new Finished(
                        StopReason.valueOf(in.get(1).stringValue()),
                        textOrNull(in.get(2)),
                        new TokenUsage(
                                in.get(3).intValue(),
                                in.get(3).intValue(),
                                in.get(4).intValue(),
                                in.get(5).intValue()));
            default -> throw new IllegalArgumentException("no event is of the kind “" + kind + "”");
        };
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isNull() ? null : node.stringValue();
    }

    private static TokenLogprob token(JsonNode in) {
        List<TokenLogprob.Piece> pieces = new ArrayList<>();
        in.forEach(piece -> pieces.add(new TokenLogprob.Piece(
                Base64.getDecoder().decode(piece.get(0).stringValue()),
                piece.get(1).doubleValue())));
        return new TokenLogprob(pieces.getFirst(), pieces.subList(1, pieces.size()));
    }
}
