package dev.stoa.inference.source;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an answer as it comes and says of each sentence on which places it rests: where all of it stands in a source,
 * there; else where its marks say; else where what it quotes stands. Marks are taken out, also those that name nothing. A
 * sentence is held until it is whole. Not thread-safe.
 */
public final class Citer {
    /** What has no end within so much is taken as it stands. UTF-16 code units. */
    private static final int HELD_MAX = 2_000;

    /**
     * Behind a sentence and its marks, where something else than a mark follows. No end is behind what is often
     * abbreviated, nor behind the number of a list's item.
     */
    private static final Pattern END = Pattern.compile(
            "(?:(?<!\\b(?:Mrs?|Ms|Dr|St|vs|cf|e\\.g|i\\.e|\\p{Lu}|\\d{1,2}))[.!?…]+[\"”’»)*_]*(?:[ \\t]*" + Marks.ONE
                    + ")*(?=\\s)|[。！？]+[”」]?(?:[ \\t]*" + Marks.ONE + ")*|(?=\\n))"
                    + "\\s*(?=[^\\s\\[]|\\[[^S]|\\[S[^\\d])");

    private final List<Source> sources;
    private final Quotes quotes;
    private final StringBuilder held = new StringBuilder();

    /**
     * A part of an answer.
     *
     * @param text without marks; may be empty
     * @param citations on which all of it rests; empty if it rests on none
     */
    public record Piece(String text, List<Citation> citations) {
        public Piece {
            citations = List.copyOf(citations);
        }
    }

    /** @param sources those that are to be cited */
    public Citer(List<Source> sources) {
        this.sources = List.copyOf(sources);
        this.quotes = new Quotes(this.sources);
    }

    /** What a model is to be told so that it writes marks. */
    public static String instruction() {
        return Marks.INSTRUCTION;
    }

    /** Takes more of the answer; gives the sentences that are whole now. */
    public List<Piece> accept(String more) {
        held.append(more);
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        Matcher end = END.matcher(held);
        while (end.find()) {
            if (end.end() > from) {
                pieces.add(piece(held.substring(from, end.end())));
                from = end.end();
            }
        }
        held.delete(0, from);
        if (held.length() > HELD_MAX) {
            // Not within what may become a mark.
            int cut = Math.max(held.lastIndexOf(" "), held.lastIndexOf("["));
            pieces.add(piece(held.substring(0, cut > 0 ? cut : held.length())));
            held.delete(0, cut > 0 ? cut : held.length());
        }
        return pieces;
    }

    /** The rest, where the answer or a part of it ends. */
    public List<Piece> end() {
        if (held.isEmpty()) {
            return List.of();
        }
        Piece rest = piece(held.toString());
        held.setLength(0);
        return List.of(rest);
    }

    private Piece piece(String sentence) {
        String text = Marks.without(sentence);
        if (text.length() < sentence.length() && sentence.startsWith("[")) {
            text = text.stripLeading();
        }
        if (text.isBlank()) {
            return new Piece(text, List.of());
        }
        List<Citation> whole = quotes.sentence(text).stream().toList();
        List<Citation> found = whole.isEmpty() ? marked(sentence) : whole;
        return new Piece(text, found.isEmpty() ? quotes.within(text) : found);
    }

    /** The passages of a sentence's marks; those that follow each other in one source are one place. */
    private List<Citation> marked(String sentence) {
        Set<Integer> numbers = new LinkedHashSet<>(Marks.numbers(sentence));
        List<Citation> found = new ArrayList<>();
        int before = 0;
        for (int number : numbers) {
            for (Source source : sources) {
                int at = number - source.firstMark();
                if (at < 0 || at >= source.passages().size()) {
                    continue;
                }
                Passage passage = source.passages().get(at);
                boolean next = at > 0 && number == before + 1 && !found.isEmpty();
                int start = next ? found.removeLast().start() : passage.start();
                found.add(new Citation(source, start, passage.end()));
                before = number;
            }
        }
        return found;
    }
}
