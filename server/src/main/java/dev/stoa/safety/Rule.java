package dev.stoa.safety;

import com.google.re2j.Pattern;

/** One line of a policy. */
sealed interface Rule {

    /** The operator's word for what it forbids. */
    String category();

    /** Its line in the file, for the operator. */
    int line();

    /**
     * A text to find, folded.
     *
     * @param openStart whether it may begin within a word
     * @param openEnd whether it may end within a word
     */
    record Literal(String category, int line, String text, boolean openStart, boolean openEnd) implements Rule {}

    /**
     * A regular expression over folded text, matched in linear time.
     *
     * @param prefixes tells when to look for it, and from where on
     */
    record Regex(String category, int line, Pattern pattern, PrefixAutomaton prefixes) implements Rule {}
}
