package dev.stoa.inference.source;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds words of an answer in sources, letter by letter but for blanks. */
final class Quotes {
    /** Fewer words stand in many texts by chance. */
    private static final int WORDS_MIN = 4;

    private static final int LENGTH_MIN = 20;
    /** A longer one is no sentence. UTF-16 code units. */
    private static final int LENGTH_MAX = 2_000;

    private static final Pattern QUOTED = Pattern.compile("\"([^\"\\n]+)\"|“([^”\\n]+)”|«([^»\\n]+)»|„([^“”\\n]+)[“”]");
    private static final Pattern EDGES =
            Pattern.compile("^[\\s\"“”«»„'*_>•–-]+|[\\s\"“”«»'*_.!?…,;:]+$", Pattern.UNICODE_CHARACTER_CLASS);

    private final List<Source> sources;

    Quotes(List<Source> sources) {
        this.sources = sources;
    }

    /** A whole sentence that stands in a source. */
    Optional<Citation> sentence(String text) {
        return find(text);
    }

    /** What stands in quotation marks, and in a source. */
    List<Citation> within(String text) {
        return QUOTED.matcher(text)
                .results()
                .map(quote -> quote.group().substring(1, quote.group().length() - 1))
                .map(this::find)
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Citation> find(String text) {
        String bare = EDGES.matcher(text).replaceAll("");
        String[] words = bare.split("\\s+");
        if (words.length < WORDS_MIN || bare.length() < LENGTH_MIN || bare.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        StringBuilder expression = new StringBuilder("(?<![\\p{L}\\p{N}])");
        for (int i = 0; i < words.length; i++) {
            expression.append(i == 0 ? "" : "\\s+").append(Pattern.quote(words[i]));
        }
        Pattern pattern =
                Pattern.compile(expression.append("(?![\\p{L}\\p{N}])").toString());
        for (Source source : sources) {
            Matcher match = pattern.matcher(source.text());
            if (match.find()) {
                return Optional.of(new Citation(source, match.start(), match.end()));
            }
        }
        return Optional.empty();
    }
}
