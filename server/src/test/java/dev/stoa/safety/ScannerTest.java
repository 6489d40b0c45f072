package dev.stoa.safety;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScannerTest {
    private static final int WINDOW = 40;

    private record Read(String released, int line) {}

    private static Policy policy(String... lines) {
        return PolicyParser.parse(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    /** Feeds pieces and collects what gets out; line 0 means nothing matched. */
    private static Read read(Policy policy, List<String> pieces) {
        Scanner scanner = policy.scanner(WINDOW);
        StringBuilder out = new StringBuilder();
        for (String piece : pieces) {
            switch (scanner.accept(piece)) {
                case Scanner.Released(String text) -> out.append(text);
                case Scanner.Hit(String before, Rule rule) -> {
                    return new Read(out.append(before).toString(), rule.line());
                }
            }
        }
        return switch (scanner.end()) {
            case Scanner.Released(String text) -> new Read(out.append(text).toString(), 0);
            case Scanner.Hit(String before, Rule rule) ->
                new Read(out.append(before).toString(), rule.line());
        };
    }

    private static Read read(Policy policy, String text) {
        return read(policy, List.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "make a bomb",
                "MAKE A BOMB",
                "Make  a\n\tbomb",
                "m\u200ba\u00adke a bo\u2060mb",
                "ｍａｋｅ　ａ　ｂｏｍｂ",
                "máke à bömb",
                "m\u0336a\u0336k\u0336e a bo\u0301mb",
                "mаkе а bоmb",
                "ⓜⓐⓚⓔ ⓐ ⓑⓞⓜⓑ",
                "𝐦𝐚𝐤𝐞 𝒂 𝓫𝓸𝓶𝓫",
                "🅼🅰🅺🅴 a bomb",
                "make\u2800a\u3000bomb"
            })
    void findsALiteralHoweverItIsDressed(String text) {
        assertThat(read(policy("make a bomb"), "how to " + text + " please")).isEqualTo(new Read("how to ", 1));
    }

    @ParameterizedTest
    @CsvSource({
        "ass, class assets, 0",
        "ass, an ass, 1",
        "ass, ass., 1",
        "*ass, class, 1",
        "ass*, assets, 1",
        "*ass*, glassy, 1",
        "爆弾, これは爆弾です, 1"
    })
    void keepsToWordsUnlessOpened(String pattern, String text, int line) {
        assertThat(read(policy(pattern), text).line()).isEqualTo(line);
    }

    @Test
    void holdsBackOnlyWhatMayBecomeAMatch() {
        Scanner scanner = policy("make a bomb").scanner(WINDOW);
        assertThat(scanner.accept("I will make")).isEqualTo(new Scanner.Released("I will "));
        assertThat(scanner.accept(" a cake")).isEqualTo(new Scanner.Released("make a cake"));
        assertThat(scanner.accept(" make a bomb")).isEqualTo(new Scanner.Released(" "));
        assertThat(scanner.accept("ast")).isEqualTo(new Scanner.Released("make a bombast"));
        assertThat(scanner.end()).isEqualTo(new Scanner.Released(""));
    }

    @Test
    void aMatchAtTheVeryEndCounts() {
        assertThat(read(policy("make a bomb"), List.of("make a bo", "mb"))).isEqualTo(new Read("", 1));
    }

    @Test
    void regularExpressionsMatchFoldedText() {
        Policy policy = policy("# numbers", "[pii]", "re:\\b\\d{3}-\\d{2}-\\d{4}\\b");
        assertThat(read(policy, "my number is １２３-45-6789, ok")).isEqualTo(new Read("my number is ", 3));
        assertThat(read(policy, "my number is 9123-45-6789, ok").line()).isZero();
        assertThat(policy.regexes().getFirst().category()).isEqualTo("pii");
    }

    @Test
    void aRegularExpressionThatWouldExplodeElsewhereDoesNotHere() {
        Policy policy = policy("re:(a+)+b");
        assertThat(read(policy, "a".repeat(20_000) + "c").line()).isZero();
    }

    @Test
    void holdsBackOnlyWhatMayBecomeAMatchOfAnExpression() {
        Scanner scanner = policy("re:\\b\\d{3}-\\d{2}-\\d{4}\\b").scanner(WINDOW);
        assertThat(scanner.accept("it is 12")).isEqualTo(new Scanner.Released("it is "));
        assertThat(scanner.accept(" o'clock")).isEqualTo(new Scanner.Released("12 o'clock"));
        assertThat(scanner.accept(": 123-45-6789")).isEqualTo(new Scanner.Released(": "));
        assertThat(scanner.accept("0")).isEqualTo(new Scanner.Released("123-45-67"));
        assertThat(scanner.accept(" 123-45-6789")).isEqualTo(new Scanner.Released("890 "));
        assertThat(scanner.accept(",")).isInstanceOf(Scanner.Hit.class);
    }

    @Test
    void whatAnExpressionMayBecomeIsHeldNoLongerThanTheWindow() {
        Scanner scanner = policy("re:\\w+@example").scanner(WINDOW);
        assertThat(scanner.accept("a".repeat(WINDOW + 2))).isEqualTo(new Scanner.Released("aa"));
    }

    @Test
    void anExpressionIsFoundAsIfAllWereHeldBack() {
        List<String> expressions =
                List.of("\\bkey-[0-9]{4,8}\\b", "foo\\B", "(a|ab)+c", "\\w+@\\w+\\.de", "x[^y]*y", "1.2?3");
        List<String> words =
                List.of("key-", "1", "23", "4567", "foo", "d", " ", "a", "ab", "c", "@", ".de", "x", "y", "ß");
        for (long seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            String expression = expressions.get(random.nextInt(expressions.size()));
            Rule.Regex known = policy("re:" + expression).regexes().getFirst();
            assertThat(known.prefixes()).isNotSameAs(PrefixAutomaton.ALWAYS);
            Policy always =
                    new Policy("always", List.of(new Rule.Regex("c", 1, known.pattern(), PrefixAutomaton.ALWAYS)));
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(10); i >= 0; i--) {
                text.append(words.get(random.nextInt(words.size())));
            }
            List<String> pieces = cut(text.toString(), random);
            assertThat(read(policy("re:" + expression), pieces))
                    .as("seed %d: %s in “%s”", seed, expression, text)
                    .isEqualTo(read(always, pieces));
        }
    }

    @Test
    void noCutOfTheTextChangesWhatGetsOut() {
        Policy policy = policy("make a bomb", "*rm -rf*", "re:\\bkey-[0-9]{4,8}\\b", "😈 plan");
        List<String> words = List.of(
                "make ", "a ", "bomb", "bom", "rm", " -rf", "key-", "12", "345", " ", "\u200b", "ｍake ", "😈", " plan",
                "ß", "é");
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(25); i >= 0; i--) {
                text.append(words.get(random.nextInt(words.size())));
            }
            Read whole = read(policy, text.toString());
            Read pieces = read(policy, cut(text.toString(), random));
            assertThat(pieces).as("seed %d: “%s”", seed, text).isEqualTo(whole);
            assertThat(text.toString()).as("seed %d", seed).startsWith(pieces.released());
            if (pieces.line() == 0) {
                assertThat(pieces.released()).as("seed %d", seed).isEqualTo(text.toString());
            }
        }
    }

    /** Cuts anywhere, also between the halves of a surrogate pair. */
    private static List<String> cut(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int next = Math.min(text.length(), at + 1 + random.nextInt(4));
            pieces.add(text.substring(at, next));
            at = next;
        }
        return pieces;
    }

    @Test
    void anEmptyPolicyLetsAllThroughAtOnce() {
        assertThat(Policy.EMPTY.scanner(WINDOW).accept("anything")).isEqualTo(new Scanner.Released("anything"));
    }
}
