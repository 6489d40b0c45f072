package dev.stoa.api;

import dev.stoa.inference.Prompt;
import dev.stoa.inference.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A body that goes to an upstream as it stands. Only what this server itself must know of it is read. */
public final class PassedBody {
    private PassedBody() {}

    /**
     * @param path where the upstream takes it
     * @param body its JSON
     * @param bytes the same as it came
     * @param headers to go with it
     */
    public static Prompt.Original of(
            Wire wire, String path, JsonNode body, byte[] bytes, Map<String, String> headers, boolean stream) {
        List<String> texts = new ArrayList<>();
        collect(body, texts);
        return new Prompt.Original(wire, path, bytes, headers, stream, texts);
    }

    /** Every text in it, wherever it stands, as nobody here knows what the upstream reads; not pictures and other files. */
    private static void collect(JsonNode node, List<String> texts) {
        if (node.isString()) {
            if (!node.stringValue().startsWith("data:")) {
                texts.add(node.stringValue());
            }
        } else if (node.isObject()) {
            boolean file = node.path("type").asString("").equals("base64");
            node.forEachEntry((name, value) -> {
                if (!(file && name.equals("data"))) {
                    collect(value, texts);
                }
            });
        } else {
            node.forEach(each -> collect(each, texts));
        }
    }
}
