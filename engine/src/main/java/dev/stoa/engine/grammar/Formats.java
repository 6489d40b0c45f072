package dev.stoa.engine.grammar;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The {@code format}s of strings that are held to, each narrowed to what every reader takes. */
final class Formats {
    private static final String DATE = "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private static final String TIME =
            "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?" + "(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])";
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?";
    private static final String HOST = LABEL + "(?:\\." + LABEL + "){1,3}";

    private static final Map<String, String> SOURCES = Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE + "T" + TIME),
            Map.entry("duration", "P(?:[0-9]{1,4}W|[0-9]{1,4}D(?:T[0-9]{1,4}H)?|T[0-9]{1,4}[HMS])"),
            Map.entry("uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
            Map.entry("email", "[a-z0-9_+-]{1,20}(?:\\.[a-z0-9_+-]{1,20}){0,2}@" + LABEL + "(?:\\.[a-z]{2,10}){1,2}"),
            Map.entry("hostname", HOST),
            Map.entry("ipv4", BYTE + "(?:\\." + BYTE + "){3}"),
            Map.entry("ipv6", "[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}"),
            Map.entry("uri", "https?://" + HOST + "(?:/[a-zA-Z0-9._~-]{1,64}){0,8}/?"));

    private static final Map<String, Dfa> COMPILED = new HashMap<>();

    private Formats() {}

    /** Strings of a format as they stand inside JSON quotes; empty for a format that bounds nothing here. */
    static synchronized Optional<Dfa> dfa(String name) {
        String source = SOURCES.get(name);
        if (source == null) {
            return Optional.empty();
        }
        return Optional.of(COMPILED.computeIfAbsent(
                name, _ -> PatternCompiler.dfa(RegexParser.whole(source, "", new Work()), PatternCompiler.Form.JSON)));
    }
}
