package dev.stoa.safety;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixAutomatonTest {
    private static final String[] ATOMS = {
        "a",
        "B",
        "-",
        "1",
        ".",
        "\\d",
        "\\D",
        "\\w",
        "\\W",
        "\\s",
        "\\S",
        "[a-c1]",
        "[^a-c]",
        "[k-s\\d]",
        "[\\W_]",
        "\\.",
        "\\x61",
        "\\x{1F608}",
        "😈",
        "ß",
        "[à-ý]",
        "[^😈]",
        "[[:alpha:]]",
        "\\pL",
        "\\p{Greek}",
        "\\Qa.b\\E",
        "\\b",
        "\\B",
        "\\101",
        "[]a]",
        "[a-]",
        "{",
        "[\\]\\-k]"
    };
    private static final String[] COUNTS = {"*", "+", "?", "{2}", "{0,2}", "{1,}", "{2,3}", "*?", "+?", "??", "{1,2}?"};
    private static final String LETTERS = "aabbAB11--._ ks.ßà\n{]";

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\\b\\d{3}-\\d{2}-\\d{4}\\b ; call 12 ; 5",
                "\\b\\d{3}-\\d{2}-\\d{4}\\b ; call 12x ; 8",
                "[a-z]+@[a-z]+\\.de ; to me.you ; 6",
                "[a-z]+@[a-z]+\\.de ; to me@you ; 3",
                "(?:key|token)=\\w{4,} ; a ke ; 2",
                "(?P<name>key|token)=\\w{4,} ; a key=12 ; 2",
                "(?i)KEY ; a k ; 2",
                "爆弾 ; これは爆 ; 3",
                "爆弾 ; これは ; 3"
            })
    void tellsFromWhereAMatchMayCome(String expression, String text, int from) {
        PrefixAutomaton automaton = PrefixAutomaton.of(expression);
        assertThat(automaton).isNotSameAs(PrefixAutomaton.ALWAYS);
        PrefixAutomaton.Watch watch = automaton.new Watch(new PrefixAutomaton.Room());
        for (int i = 0; i < text.length(); i++) {
            watch.take(text.charAt(i), i);
        }
        assertThat(watch.from(text.length())).isEqualTo(from);
        assertThat(watch.mayHaveEnded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a{501}",
                "(a{30}){30}",
                "(([a][b]?|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w|x|y|z|1|2|3|4)+){6}",
                "[[:x]"
            })
    void whatIsTooLargeOrNotUnderstoodIsAlwaysPossible(String expression) {
        PrefixAutomaton.Watch watch = PrefixAutomaton.of(expression).new Watch(new PrefixAutomaton.Room());
        watch.take('x', 0);
        watch.take('y', 1);
        assertThat(watch.from(2)).isZero();
        assertThat(watch.mayHaveEnded()).isTrue();
    }

    /** A place that decides about the end of a match, as a word's does, comes one character later. */
    @Test
    void asksOnceMoreBehindAnEnd() {
        PrefixAutomaton.Watch watch = PrefixAutomaton.of("foo\\B").new Watch(new PrefixAutomaton.Room());
        for (int i = 0; i < 3; i++) {
            watch.take("foo".charAt(i), i);
        }
        assertThat(watch.mayHaveEnded()).isTrue();
        assertThat(watch.from(3)).isZero();
        watch.take('d', 3);
        assertThat(watch.mayHaveEnded()).isTrue();
        assertThat(watch.from(4)).isEqualTo(4);
        watch.take('d', 4);
        assertThat(watch.mayHaveEnded()).isFalse();
    }

    @Test
    void noMatchOfRe2ComesUnawares() {
        int matches = 0;
        int understood = 0;
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            String expression = expression(random, 2);
            Pattern pattern = Pattern.compile(expression, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
            PrefixAutomaton automaton = PrefixAutomaton.of(expression);
            understood += automaton == PrefixAutomaton.ALWAYS ? 0 : 1;
            String text = text(random);
            Matcher matcher = pattern.matcher(text);
            for (int at = 0; at <= text.length() && matcher.find(at); at = matcher.start() + 1) {
                if (matcher.end() > matcher.start()) {
                    matches++;
                    isForeseen(automaton, text, matcher.start(), matcher.end(), "seed " + seed + ": " + expression);
                }
            }
        }
        assertThat(understood).isEqualTo(20_000);
        assertThat(matches).isGreaterThan(20_000);
    }

    private static void isForeseen(PrefixAutomaton automaton, String text, int start, int end, String description) {
        PrefixAutomaton.Watch watch = automaton.new Watch(new PrefixAutomaton.Room());
        for (int i = 0; i < end; i++) {
            watch.mayHaveEnded();
            watch.take(text.charAt(i), i);
            assertThat(watch.from(i + 1))
                    .as("%s in “%s” at %d to %d, after %d", description, text, start, end, i + 1)
                    .isLessThanOrEqualTo(Math.max(start, i < start ? i + 1 : 0));
        }
        assertThat(watch.mayHaveEnded())
                .as("%s in “%s” ends at %d", description, text, end)
                .isTrue();
    }

    private static String expression(Random random, int depth) {
        StringBuilder all = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            boolean group = depth > 0 && random.nextInt(4) == 0;
            String atom = ATOMS[random.nextInt(ATOMS.length)];
            String part = group ? "(" + (random.nextBoolean() ? "?:" : "") + expression(random, depth - 1) + ")" : atom;
            all.append(part);
            if (!part.equals("{") && !part.equals("\\b") && !part.equals("\\B") && random.nextInt(3) == 0) {
                all.append(COUNTS[random.nextInt(COUNTS.length)]);
            }
        }
        return random.nextInt(4) == 0 ? all + "|" + ATOMS[random.nextInt(ATOMS.length)] : all.toString();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 14; i++) {
            if (random.nextInt(12) == 0) {
                text.append("😈");
            } else {
                text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
            }
        }
        return text.toString();
    }
}
