package dev.stoa.inference.source;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A document or search result that a request brings with it. Immutable.
 *
 * @param kind in what its places are counted
 * @param index among the request's sources of its sort, documents or search results, from 0
 * @param origin where a search result is from; null for a document
 * @param context what the caller says about it: for the model to know, not to cite
 * @param fileId of the file that it was given as; null where it was not
 * @param text its pages or blocks, one behind the other with nothing between
 * @param starts of its pages or blocks in the text; one 0 for plain text
 * @param passages what is cited, in order; empty if it is not to be cited
 * @param firstMark the number of its first passage among those of the request, from 1
 */
public record Source(
        Kind kind,
        int index,
        @Nullable String title,
        @Nullable String origin,
        @Nullable String context,
        @Nullable String fileId,
        String text,
        List<Integer> starts,
        List<Passage> passages,
        int firstMark) {

    /** How a place in a source is told. */
    public enum Kind {
        /** Code points from 0. */
        TEXT,
        /** Pages from 1. */
        PAGES,
        /** Blocks from 0; cited whole. */
        BLOCKS,
        /** Blocks of a search result from 0; cited whole. */
        SEARCH_RESULT;

        /** Whether a part of a block can't be cited. */
        boolean whole() {
            return this == BLOCKS || this == SEARCH_RESULT;
        }
    }

    public Source {
        starts = List.copyOf(starts);
        passages = List.copyOf(passages);
    }

    /** The same, cut into passages that are to be cited. */
    public Source cited(int first) {
        List<Passage> cut = kind.whole() ? blocks() : Passages.sentences(text, starts);
        return new Source(kind, index, title, origin, context, fileId, text, starts, cut, first);
    }

    private List<Passage> blocks() {
        List<Passage> blocks = new ArrayList<>(starts.size());
        for (int i = 0; i < starts.size(); i++) {
            blocks.add(new Passage(starts.get(i), end(i)));
        }
        return blocks;
    }

    /** Where a page or block ends in the text. */
    int end(int part) {
        return part + 1 < starts.size() ? starts.get(part + 1) : text.length();
    }

    /** The page or block in which a character stands, from 0. */
    int part(int at) {
        int low = 0;
        int high = starts.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts.get(middle) <= at) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** As a model sees it, with its marks where it is to be cited. Ends with a line break. */
    public String rendered() {
        String tag = kind == Kind.SEARCH_RESULT ? "search_result" : "document";
        StringBuilder out = new StringBuilder(text.length() + 8 * passages.size() + 100);
        out.append('<').append(tag).append(" index=\"").append(index + 1).append('"');
        attribute(out, "source", origin);
        attribute(out, "title", title);
        out.append(">\n");
        if (context != null) {
            out.append("<context>\n").append(context).append("\n</context>\n");
        }
        if (passages.isEmpty()) {
            unmarked(out);
        } else {
            marked(out);
        }
        return out.append("</").append(tag).append(">\n").toString();
    }

    private void unmarked(StringBuilder out) {
        for (int i = 0; i < starts.size(); i++) {
            endLine(out.append(text, starts.get(i), end(i)));
        }
    }

    private void marked(StringBuilder out) {
        int at = 0;
        for (int i = 0; i < passages.size(); i++) {
            Passage passage = passages.get(i);
            out.append(text, at, passage.start());
            out.append(Marks.of(firstMark + i)).append(' ');
            out.append(text, passage.start(), passage.end());
            at = passage.end();
            if (kind.whole()) {
                endLine(out);
            }
        }
        endLine(out.append(text, at, text.length()));
    }

    private static void endLine(StringBuilder out) {
        if (!out.isEmpty() && out.charAt(out.length() - 1) != '\n') {
            out.append('\n');
        }
    }

    private static void attribute(StringBuilder out, String name, @Nullable String value) {
        if (value != null) {
            out.append(' ').append(name).append("=\"");
            out.append(value.replace('"', '\'').replaceAll("\\s+", " ")).append('"');
        }
    }

    /**
     * Its texts as the caller gave them, each of which a model sees apart from the others. Marks between sentences are
     * left out; between pages and blocks is a line break, as a model sees one there, or a mark.
     */
    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (@Nullable String part : new @Nullable String[] {origin, title, context}) {
            if (part != null) {
                texts.add(part);
            }
        }
        StringBuilder body = new StringBuilder(text.length() + starts.size());
        unmarked(body);
        texts.add(body.toString());
        return texts;
    }
}
