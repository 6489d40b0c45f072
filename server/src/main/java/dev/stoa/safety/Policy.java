package dev.stoa.safety;

import java.util.List;

/**
 * What must not go in or out, in one version. Immutable.
 *
 * <p>Both directions and both ways of answering (whole and streamed) use {@link #scanner}, so there is one matcher and
 * one meaning of a match.
 */
final class Policy {
    /** Forbids nothing. */
    static final Policy EMPTY = new Policy("none", List.of());

    private final String version;
    private final List<Rule.Regex> regexes;
    private final LiteralAutomaton literals;
    private final boolean empty;

    /** @param version names the rules: a digest of the file */
    Policy(String version, List<Rule> rules) {
        this.version = version;
        this.regexes = rules.stream()
                .filter(Rule.Regex.class::isInstance)
                .map(Rule.Regex.class::cast)
                .toList();
        this.literals = new LiteralAutomaton(rules.stream()
                .filter(Rule.Literal.class::isInstance)
                .map(Rule.Literal.class::cast)
                .toList());
        this.empty = rules.isEmpty();
    }

    String version() {
        return version;
    }

    boolean isEmpty() {
        return empty;
    }

    List<Rule.Regex> regexes() {
        return regexes;
    }

    LiteralAutomaton literals() {
        return literals;
    }

    /** @param window most characters held back for regular expressions */
    Scanner scanner(int window) {
        return new Scanner(this, window);
    }
}
