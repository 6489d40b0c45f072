package dev.stoa.api;

import dev.stoa.inference.JoinedTurns;
import dev.stoa.inference.JsonText;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.Wire;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A body that goes to an upstream as it stands. Only what this server itself must know of it is read. */
public final class PassedBody {
    /** A picture or another file where an address may stand, which is looked at by no reader of words. */
    private static final Pattern DATA_URL = Pattern.compile("data:[\\w.+/-]*;base64,[A-Za-z0-9+/=_-]*");

    /** Where the protocols and their servers take a file as such a text; anywhere else it is words. */
    private static final Set<String> URLS =
            Set.of("url", "image_url", "audio_url", "video_url", "file_url", "file_data");

    /** Prompts of some servers that are no text, so that nobody here could judge or count them. */
    private static final Set<String> UNREADABLE = Set.of("prompt_token_ids", "prompt_embeds");

    /** What stands under these is JSON of the caller's own, whose names are words of theirs, too. */
    private static final Set<String> FREE = Set.of("input", "input_schema", "parameters", "schema");

    /** What servers put between the texts of one message, as they or the model's template have it. */
    private static final List<String> BETWEEN = List.of("", "\n");

    private final List<String> words = new ArrayList<>();
    private final List<String> joined = new ArrayList<>();

    private PassedBody() {}

    /**
     * @param path where the upstream takes it
     * @param body its JSON
     * @param bytes the same as it came
     * @param headers to go with it
     * @throws StoaException INVALID_REQUEST if it brings a prompt that is no text
     */
    public static Prompt.Original of(
            Wire wire, String path, JsonNode body, byte[] bytes, Map<String, String> headers, boolean stream) {
        for (String name : UNREADABLE) {
            if (body.hasNonNull(name)) {
                throw Fields.invalid(name, "can't be read here; send text");
            }
        }
        PassedBody read = new PassedBody();
        read.collect(body, false);
        JoinedTurns.of(turns(body)).forEach(read.joined::add);
        return new Prompt.Original(wire, path, bytes, headers, stream, read.words, read.joined);
    }

    /**
     * Every text in it, wherever it stands, as nobody here knows what the upstream reads; not pictures and other files.
     *
     * @param free whether the names are the caller's own
     */
    private void collect(JsonNode node, boolean free) {
        if (node.isString()) {
            text(node.stringValue());
        } else if (node.isObject()) {
            node.forEachEntry((name, value) -> {
                if (free) {
                    text(name);
                }
                if (free || !isFile(node, name, value)) {
                    collect(value, free || FREE.contains(name) && !value.isArray());
                }
            });
        } else {
            node.forEach(each -> collect(each, free));
            List<String> blocks = texts(node).toList();
            if (blocks.size() > 1) {
                BETWEEN.forEach(between -> joined.add(String.join(between, blocks)));
            }
        }
    }

    private static boolean isFile(JsonNode node, String name, JsonNode value) {
        return name.equals("data") && node.path("type").asString("").equals("base64")
                || URLS.contains(name) && DATA_URL.matcher(value.asString("")).matches();
    }

    private void text(String text) {
        words.add(text);
        // Arguments of calls are JSON in a text, behind whose escapes words could hide.
        String unescaped = JsonText.unescaped(text);
        if (!unescaped.equals(text)) {
            joined.add(unescaped);
        }
    }

    /** Texts of content blocks in a list, whatever else stands between them: some servers put that in front. */
    private static Stream<String> texts(JsonNode list) {
        return list.valueStream()
                .map(block -> block.path("text"))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue);
    }

    private static List<JoinedTurns.Turn> turns(JsonNode body) {
        List<JoinedTurns.Turn> turns = new ArrayList<>();
        if (body.has("system")) {
            turns.add(new JoinedTurns.Turn(Role.SYSTEM, said(body.get("system"))));
        }
        for (JsonNode message : body.path("messages")) {
            Role role = switch (message.path("role").asString("")) {
                case "system", "developer" -> Role.SYSTEM;
                case "assistant" -> Role.ASSISTANT;
                default -> Role.USER;
            };
            turns.add(new JoinedTurns.Turn(role, said(message.path("content"))));
        }
        return turns;
    }

    private static String said(JsonNode content) {
        return content.isString()
                ? content.stringValue()
                : String.join("\n", texts(content).toList());
    }
}
