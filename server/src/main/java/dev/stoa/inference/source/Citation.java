package dev.stoa.inference.source;

/** A place in a source, from {@code start} to before {@code end} of its text, in UTF-16 code units. */
public record Citation(Source source, int start, int end) {
    public Citation {
        if (start < 0 || end <= start || end > source.text().length()) {
            throw new IllegalArgumentException("there is nothing from " + start + " to " + end);
        }
    }

    /** What stands there: of a source of blocks, all of each block. */
    public String text() {
        return source.kind().whole()
                ? source.text().substring(source.starts().get(source.part(start)), source.end(source.part(end - 1)))
                : source.text().substring(start, end);
    }

    /** Where it begins, as its source counts: a code point or block from 0, or a page from 1. */
    public int from() {
        return switch (source.kind()) {
            case TEXT -> source.text().codePointCount(0, start);
            case PAGES -> source.part(start) + 1;
            case BLOCKS, SEARCH_RESULT -> source.part(start);
        };
    }

    /** The first that is behind it, as its source counts. */
    public int to() {
        return switch (source.kind()) {
            case TEXT -> source.text().codePointCount(0, end);
            case PAGES -> source.part(end - 1) + 2;
            case BLOCKS, SEARCH_RESULT -> source.part(end - 1) + 1;
        };
    }
}
