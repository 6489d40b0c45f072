package dev.stoa.inference.source;

/** A part of a source's text that is cited as one, from {@code start} to before {@code end}, in UTF-16 code units. */
public record Passage(int start, int end) {
    public Passage {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("no passage from " + start + " to " + end);
        }
    }
}
