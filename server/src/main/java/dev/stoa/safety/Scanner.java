package dev.stoa.safety;

import com.google.re2j.Matcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a text piece by piece and lets go of it only as far as no rule can match any more. Every original character is
 * released at most once and in order; no character of a match is, with one exception: a match of a regular expression
 * that is longer than the window is found, but what stood before the window has left. For the same text the same
 * characters are released however it is cut. Not thread-safe.
 *
 * <p>How much is held back: the longest end of the text that may begin a match, plus the character after it where that
 * decides, as at the end of a word; for regular expressions no more than the window.
 */
final class Scanner {

    /** What a piece led to. */
    sealed interface Result {}

    /** Text that may leave; may be empty. */
    record Released(String text) implements Result {}

    /** A rule matched; {@code before} is what may still leave, the text up to the match. The scanner is at its end. */
    record Hit(String before, Rule rule) implements Result {}

    private record Found(Rule rule, int start) {}

    private final Policy policy;
    private final int window;
    private final StringBuilder held = new StringBuilder();
    private final FoldedText folded = new FoldedText();
    /** Literals that are complete but for the end of their word, with the places where they begin. */
    private final List<Found> unconfirmed = new ArrayList<>();

    private LiteralAutomaton.Node state;
    /** In the order of the policy's regular expressions. */
    private final List<PrefixAutomaton.Watch> watches;
    /** Places in the original: of the first held character, and of the first that is not folded yet. */
    private int heldFrom;

    private int unread;

    Scanner(Policy policy, int window) {
        this.policy = policy;
        this.window = window;
        this.state = policy.literals().root();
        PrefixAutomaton.Room room = new PrefixAutomaton.Room();
        this.watches = policy.regexes().stream()
                .map(rule -> rule.prefixes().new Watch(room))
                .toList();
    }

    /** Takes the next piece. */
    Result accept(String piece) {
        return read(piece, false);
    }

    /** Takes the end: what is held back is judged as it stands. */
    Result end() {
        return read("", true);
    }

    private Result read(String piece, boolean last) {
        if (policy.isEmpty()) {
            return new Released(piece);
        }
        held.append(piece);
        Found found = readLiterals(last);
        int holdFrom = folded.end() - state.depth();
        for (Found waiting : unconfirmed) {
            holdFrom = Math.min(holdFrom, waiting.start());
        }
        for (int i = 0; i < watches.size(); i++) {
            Rule.Regex rule = policy.regexes().get(i);
            int from = search(rule, watches.get(i), last);
            if (from >= 0 && (found == null || from < found.start())) {
                found = new Found(rule, from);
            } else if (from < 0) {
                holdFrom = Math.min(holdFrom, -1 - from);
            }
        }
        if (found != null) {
            return new Hit(release(found.start()), found.rule());
        }
        String free = release(last ? folded.end() : holdFrom);
        folded.forgetBefore(Math.min(holdFrom, folded.end() - 1) - window);
        return new Released(free);
    }

    /** Folds what is new and feeds the automaton; returns the first match that is certain. */
    private @Nullable Found readLiterals(boolean last) {
        while (unread < heldFrom + held.length()) {
            int index = unread - heldFrom;
            int codePoint = held.codePointAt(index);
            if (!last && index == held.length() - 1 && Character.isHighSurrogate(held.charAt(index))) {
                break; // its other half is in the next piece
            }
            for (char c : TextFolder.fold(codePoint).toCharArray()) {
                Found found = folded.add(c, unread) ? readChar(c) : null;
                if (found != null) {
                    return found;
                }
            }
            unread += Character.charCount(codePoint);
        }
        return last && !unconfirmed.isEmpty() ? unconfirmed.getFirst() : null;
    }

    private @Nullable Found readChar(char c) {
        int place = folded.end() - 1;
        watches.forEach(watch -> watch.take(c, place));
        if (!unconfirmed.isEmpty()) {
            if (!Words.joins(folded.charAt(place - 1), c)) {
                return unconfirmed.getFirst();
            }
            unconfirmed.clear();
        }
        state = policy.literals().step(state, c);
        for (Rule.Literal literal : state.ending()) {
            int start = folded.end() - literal.text().length();
            boolean begins = literal.openStart()
                    || start == folded.start()
                    || !Words.joins(folded.charAt(start - 1), folded.charAt(start));
            if (begins && literal.openEnd()) {
                return new Found(literal, start);
            }
            if (begins) {
                unconfirmed.add(new Found(literal, start));
            }
        }
        return null;
    }

    /**
     * Looks for a regular expression where a match may have ended.
     *
     * @return the place of a certain match; else -1 minus the place from which the text must be held back
     */
    private int search(Rule.Regex rule, PrefixAutomaton.Watch watch, boolean last) {
        int end = folded.end();
        int hold = last ? end : Math.max(watch.from(end), Math.max(end - window, folded.start()));
        if (!watch.mayHaveEnded()) {
            return -1 - hold;
        }
        Matcher matcher = rule.pattern().matcher(folded.known());
        // What follows forgotten text is no beginning: the first known character only says what stands before.
        int from = folded.start() == 0 ? 0 : 1;
        while (from <= folded.known().length() && matcher.find(from)) {
            int start = folded.start() + matcher.start();
            boolean mayChange = folded.start() + matcher.end() == end && !last && end - start < window;
            if (matcher.end() == matcher.start()) {
                from = matcher.end() + 1; // an empty match forbids nothing
            } else if (mayChange) {
                return -1 - Math.min(hold, start);
            } else {
                return start;
            }
        }
        return -1 - hold;
    }

    /** Lets go of the original up to a place of the folded text. */
    private String release(int place) {
        int until = place < folded.end() ? folded.origin(place) : unread;
        int count = Math.max(0, until - heldFrom);
        String free = held.substring(0, count);
        held.delete(0, count);
        heldFrom += count;
        return free;
    }
}
