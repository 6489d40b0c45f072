package dev.stoa.inference.upstream;

import dev.stoa.shared.EventData;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON as it goes to upstreams and comes from them. */
final class Json {
    /** Answers nest little; a hostile one shall not cost a stack. */
    private static final int DEPTH_MAX = 64;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .build())
                    .build())
            .build();

    private Json() {}

    /** @throws dev.stoa.shared.StoaException if it is no JSON object */
    static JsonNode object(EventData data) {
        JsonNode node;
        try {
            node = MAPPER.readTree(data.bytes(), data.from(), data.length());
        } catch (JacksonException _) {
            node = withBrokenCharacters(data);
        }
        if (!node.isObject()) {
            throw UpstreamFaults.rubbish("an event that is no object", null);
        }
        return node;
    }

    /** Some servers cut a character of several bytes in two. */
    private static JsonNode withBrokenCharacters(EventData data) {
        try {
            return MAPPER.readTree(data.toString());
        } catch (JacksonException e) {
            throw UpstreamFaults.rubbish("an event that is no JSON", e);
        }
    }
}
