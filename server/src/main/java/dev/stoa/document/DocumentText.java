package dev.stoa.document;

import java.util.List;

/**
 * A file as text.
 *
 * @param mediaType {@code application/pdf} or {@code text/plain}, by what is in the file and not by what its sender says
 * @param text without U+0000 and halves of surrogate pairs, lines end with U+000A; not blank
 * @param pages of a PDF, all of them; 0 for a file without pages
 * @param pageStarts where in the text each page begins that was read, ascending; empty for a file without pages
 * @param cut whether the file goes on after the text
 */
public record DocumentText(String mediaType, String text, int pages, List<Integer> pageStarts, boolean cut) {
    public static final String PDF = "application/pdf";
    public static final String PLAIN = "text/plain";

    public DocumentText {
        pageStarts = List.copyOf(pageStarts);
    }
}
