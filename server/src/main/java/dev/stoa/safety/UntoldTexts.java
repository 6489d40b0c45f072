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
        /** Characters that came, and those of them that are no beginning of a match any more. */
        private long came;

        private long free;

        private Place(Scanner scanner) {
            this.scanner = scanner;
        }

        private @Nullable Rule take(String text) {
            came += text.length();
            return judged(scanner.accept(text));
        }

        private @Nullable Rule end() {
            return judged(scanner.end());
        }

        private @Nullable Rule judged(Scanner.Result result) {
            return switch (result) {
                case Scanner.Hit hit -> hit.rule();
                case Scanner.Released(String released) -> {
                    free += released.length();
                    yield null;
                }
            };
        }
    }

    /** How far a place must be free before bytes leave that have a text of it. */
    record Need(Place place, long came) {
        boolean met() {
            return place.free >= came;
        }
    }

    UntoldTexts(Supplier<Scanner> scanners) {
        this.scanners = scanners;
    }

    /**
     * Takes what comes next.
     *
     * @param needs gets what the bytes must wait for
     * @return the rule that they break, if one
     */
    @Nullable Rule take(TokenStream.Passed bytes, List<Need> needs) {
        Map<String, String> texts = bytes.untold();
        Rule broken = endAllBut(texts);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            if (broken == null) {
                Place place = open.computeIfAbsent(text.getKey(), _ -> new Place(scanners.get()));
                broken = place.take(text.getValue());
                needs.add(new Need(place, place.came));
            }
        }
        return broken;
    }

    /** Whether no text is open. */
    boolean isEmpty() {
        return open.isEmpty();
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
            Rule broken = place.end();
            if (broken != null) {
                return broken;
            }
        }
        return null;
    }
}
