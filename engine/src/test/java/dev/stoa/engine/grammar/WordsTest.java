package dev.stoa.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.ConstraintException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words against what the JDK says of the same texts. Random texts; a failure names the text. */
class WordsTest {
    private static final long SEED = Long.getLong("stoa.test.seed", 20_261_124);
    private static final int TEXTS = 3_000;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a*b+c?",
                "(a|b)*abb",
                "(?:ab|a)(c|bcd)",
                "a{2,4}",
                "a{0,2}b{3}",
                "[a-c]+[^a-c]",
                "a.c",
                "\\d+\\.?\\d*",
                "(a*)*b",
                "((a|b){2}){1,2}",
                "é+|中",
                "[é-ü]b",
                "\\w\\s\\W",
                "a|",
                "(|a)b",
                "[^b]*",
                "\\p{L}+\\P{L}?",
                "\\x61\\u0062",
                "[\\d.-]+",
                "a+?b*?",
                "(?<name>a)b",
                "😀?a",
                "[😀-😂]"
            })
    void aRegexMatchesTheSameTexts(String source) {
        Dfa dfa = PatternCompiler.dfa(RegexParser.whole(source, "", new Work()), PatternCompiler.Form.TEXT);
        java.util.regex.Pattern peer = java.util.regex.Pattern.compile(source);
        Dfa search = PatternCompiler.dfa(RegexParser.search(source, "", new Work()), PatternCompiler.Form.TEXT);
        Random random = new Random(SEED);
        int matches = 0;
        for (int i = 0; i < TEXTS; i++) {
            String text = text(random);
            boolean expected = peer.matcher(text).matches();
            matches += expected ? 1 : 0;
            assertThat(dfa.matches(utf8(text))).as("'%s'", text).isEqualTo(expected);
            assertThat(search.matches(utf8(text)))
                    .as("in '%s'", text)
                    .isEqualTo(peer.matcher(text).find());
        }
        assertThat(matches).as("texts that match; a test needs some").isPositive();
    }

    private static String text(Random random) {
        String[] pieces = {"a", "b", "c", "d", "a", "b", "1", ".", "22", " ", "-", "é", "ü", "中", "😀", "😁", "\n", "\""
        };
        int length = random.nextInt(6);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^a$:a:ba ab",
                "^a:ab:ba",
                "a$:ba:ab",
                "^(a|b)$:b:ab",
                "^a|b$:ac cb:cc",
                "(^a|b$):ac cb:cc",
                "^(^a$)$:a:aa"
            })
    void anchorsTieASearchToTheEnds(String row) {
        String[] parts = row.split(":");
        Dfa dfa = PatternCompiler.dfa(RegexParser.search(parts[0], "", new Work()), PatternCompiler.Form.TEXT);
        for (String text : parts[1].split(" ")) {
            assertThat(dfa.matches(utf8(text))).as(text).isTrue();
        }
        for (String text : parts[2].split(" ")) {
            assertThat(dfa.matches(utf8(text))).as(text).isFalse();
        }
    }

    @Test
    void everyRangeOfCodePointsIsItsUtf8() {
        Random random = new Random(SEED);
        int[] edges = {0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
        for (int round = 0; round < 200; round++) {
            int a = round % 2 == 0 ? edges[random.nextInt(edges.length)] : random.nextInt(0x110000);
            int b = random.nextInt(0x110000);
            CodePoints set = CodePoints.of(Math.min(a, b), Math.max(a, b));
            if (set.isEmpty()) {
                continue;
            }
            Dfa dfa = PatternCompiler.dfa(new Pattern.OneOf(set), PatternCompiler.Form.TEXT);
            for (int i = 0; i < 50; i++) {
                int c = i < edges.length ? edges[i] : random.nextInt(0x110000);
                if (c < 0xD800 || c > 0xDFFF) {
                    boolean expected = c >= Math.min(a, b) && c <= Math.max(a, b);
                    assertThat(dfa.matches(utf8(Character.toString(c))))
                            .as("%x in %x to %x", c, a, b)
                            .isEqualTo(expected);
                }
            }
        }
        Dfa all = PatternCompiler.dfa(new Pattern.OneOf(CodePoints.ALL), PatternCompiler.Form.TEXT);
        assertThat(all.matches(new byte[] {(byte) 0xC0, (byte) 0x80}))
                .as("overlong")
                .isFalse();
        assertThat(all.matches(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))
                .as("a surrogate")
                .isFalse();
    }

    @Test
    void numbersBetweenTwoBoundsAreThoseAndNoOthers() {
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            BigDecimal a = number(random);
            BigDecimal b = number(random);
            boolean openLow = random.nextBoolean();
            boolean openHigh = random.nextBoolean();
            NumberRange range = NumberRange.ALL;
            range = random.nextInt(4) == 0 ? range : range.atLeast(a.min(b), openLow);
            range = random.nextInt(4) == 0 ? range : range.atMost(a.max(b), openHigh);
            if (range.isAll()) {
                continue;
            }
            List<Terminal> words = range.words(false, new Work());
            List<Terminal> whole = range.words(true, new Work());
            for (int i = 0; i < 60; i++) {
                BigDecimal x = i == 0 ? a : i == 1 ? b : number(random);
                String text = x.toPlainString();
                BigDecimal low = range.low();
                BigDecimal high = range.high();
                boolean in = (low == null || x.compareTo(low) > 0 || !range.lowOpen() && x.compareTo(low) == 0)
                        && (high == null || x.compareTo(high) < 0 || !range.highOpen() && x.compareTo(high) == 0);
                assertThat(anyMatches(words, text)).as("%s in %s", text, range).isEqualTo(in);
                assertThat(anyMatches(whole, text))
                        .as("%s in whole %s", text, range)
                        .isEqualTo(in && !text.contains("."));
            }
        }
    }

    private static BigDecimal number(Random random) {
        int scale = random.nextInt(4);
        return BigDecimal.valueOf(random.nextInt((int) Math.pow(10, 1 + random.nextInt(6))) - 50L, scale);
    }

    @Test
    void multiplesAreMultiples() {
        for (String divisor : List.of("1", "7", "25", "0.1", "0.25", "1.5")) {
            Dfa dfa = (Dfa) NumberRange.ALL
                    .multiplesOf(new BigDecimal(divisor))
                    .words(false, new Work())
                    .getFirst();
            for (int i = 0; i < 3_000; i++) {
                BigDecimal x = BigDecimal.valueOf(i, i % 3);
                boolean expected = x.remainder(new BigDecimal(divisor)).signum() == 0;
                // Digits behind the point that a multiple never needs aren't written.
                boolean needless = x.scale() > Math.max(0, new BigDecimal(divisor).scale());
                assertThat(dfa.matches(utf8(x.toPlainString())))
                        .as("%s of %s", x, divisor)
                        .isEqualTo(expected && !needless);
            }
        }
    }

    private static boolean anyMatches(List<Terminal> words, String text) {
        return words.stream().anyMatch(word -> ((Dfa) word).matches(utf8(text)));
    }

    @Test
    void stringsCountCharactersAndNotBytesOrEscapes() {
        StringTerminal word = new StringTerminal(2, 3);
        for (String text : List.of("\"ab\"", "\"é中\"", "\"😀😀\"", "\"\\n\\u00e9a\"", "\"\\ud83d\\ude00b\"")) {
            assertThat(matches(word, text)).as(text).isTrue();
        }
        for (String text :
                List.of("\"a\"", "\"abcd\"", "\"a\nb\"", "\"\\xa\"", "\"\\ud83db\"", "\"\\ude00b\"", "ab", "\"ab")) {
            assertThat(matches(word, text)).as(text).isFalse();
        }
    }

    private static boolean matches(Terminal word, String text) {
        long state = word.start();
        for (byte b : utf8(text)) {
            state = word.next(state, b & 0xff);
            if (state == Terminal.DEAD) {
                return false;
            }
        }
        return word.accepts(state);
    }

    @Test
    void whatMatchesNothingIsEmpty() {
        Dfa a = PatternCompiler.dfa(RegexParser.whole("a+", "", new Work()), PatternCompiler.Form.TEXT);
        Dfa b = PatternCompiler.dfa(RegexParser.whole("b+", "", new Work()), PatternCompiler.Form.TEXT);
        assertThat(a.and(b, new Work())).isEmpty();
        assertThat(a.minus(a, new Work())).isEmpty();
        assertThat(a.minus(b, new Work()).map(Dfa::states)).isEqualTo(Optional.of(a.states()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a^b", "a$b", "(", ")", "[", "*a", "a**", "\\q", "(?!a)", "\\1", "a{2,1}", "[]", "\\p{Xx}", "(^a)?",
                "(^|,)*", "(a$)+"
            })
    void whatIsNoSupportedRegexIsRefused(String source) {
        assertThatThrownBy(() -> RegexParser.whole(source, "/pattern", new Work()))
                .isInstanceOfSatisfying(
                        ConstraintException.class, e -> assertThat(e.pointer()).isEqualTo("/pattern"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
