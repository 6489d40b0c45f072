package dev.stoa.api.anthropic;

import dev.stoa.api.Fields;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The marks of a body up to which its caller wants the prompt remembered. All of it is, in any case; they say that the
 * caller wants to be told.
 *
 * @param count 0 where nothing is to be told
 * @param hour whether the last one is to be remembered for an hour, as far as there is room
 */
record CacheBreakpoints(int count, boolean hour) {
    static final CacheBreakpoints NONE = new CacheBreakpoints(0, false);
    private static final String NAME = "cache_control";
    /** The protocol's own. */
    private static final int MAX = 4;

    /** Where they may stand, in the order of the prompt; elsewhere in a body the name is the caller's own. */
    private static final List<String> PLACES = List.of("tools", "system", "messages", "content", "source");

    /** @param body decoded before, so that each mark is well-formed */
    static CacheBreakpoints of(JsonNode body) {
        CacheBreakpoints inside = NONE.with(body);
        CacheBreakpoints all = inside.at(body);
        if (all.count > MAX) {
            throw Fields.invalid(NAME, "may stand at most " + MAX + " times in a request, not " + all.count);
        }
        return all;
    }

    private CacheBreakpoints with(JsonNode node) {
        CacheBreakpoints found = this;
        for (String place : PLACES) {
            JsonNode there = node.get(place);
            if (there != null && there.isObject()) {
                found = found.with(there);
            } else if (there != null && there.isArray()) {
                for (JsonNode item : there) {
                    found = found.with(item).at(item);
                }
            }
        }
        return found;
    }

    private CacheBreakpoints at(JsonNode node) {
        JsonNode control = node.get(NAME);
        return control == null || !control.isObject()
                ? this
                : new CacheBreakpoints(
                        count + 1, control.path("ttl").asString("").equals("1h"));
    }
}
