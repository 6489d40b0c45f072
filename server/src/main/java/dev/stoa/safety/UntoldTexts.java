package dev.stoa.safety;

import dev.stoa.inference.TokenStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges the texts in an upstream's bytes of which no event tells. Each place is a text of its own, which ends with the
 * first bytes that have nothing there. Not thread-safe.
 */
final class UntoldTexts {
    private final Supplier<Scanner> scanners;
    private final Map<String, Place> open = new HashMap<>();

    private static final class Place {
        private final Scanner scanner;
        /** Characters that may be the beginning of a match. */
        private int held;

        private Place(Scanner scanner) {
            this.scanner = scanner;
        }

        private @Nullable Rule take(String text) {
            return switch (scanner.accept(text)) {
                case Scanner.Hit hit -> hit.rule();
                case Scanner.Released(String free) -> {
                    held += text.length() - free.length();
                    yield null;
                }
            };
        }
    }

    UntoldTexts(Supplier<Scanner> scanners) {
        this.scanners = scanners;
    }

    /** What comes next; the rule that it breaks, if one. */
    @Nullable Rule take(TokenStream.Passed bytes) {
        Map<String, String> texts = bytes.untold();
        if (texts.isEmpty() && open.isEmpty()) {
            return null;
        }
        Rule broken = endAllBut(texts);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            if (broken == null) {
                broken = open.computeIfAbsent(text.getKey(), _ -> new Place(scanners.get()))
                        .take(text.getValue());
            }
        }
        return broken;
    }

    /** No more comes. */
    @Nullable Rule end() {
        return endAllBut(Map.of());
    }

    private @Nullable Rule endAllBut(Map<String, String> going) {
        List<Place> ended = open.entrySet().stream()
                .filter(place -> !going.containsKey(place.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        open.keySet().retainAll(going.keySet());
        for (Place place : ended) {
            if (place.scanner.end() instanceof Scanner.Hit hit) {
                return hit.rule();
            }
        }
        return null;
    }

    /** Whether the bytes must wait, as what is in them may be the beginning of a match. */
    boolean holds() {
        return open.values().stream().anyMatch(place -> place.held > 0);
    }
}
