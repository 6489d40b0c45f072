package dev.stoa.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.golden.Golden;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Both real vocabularies give llama.cpp's ids, and give every text back. */
final class GoldenTokenTest {
    private static final List<String> PIECES = List.of(
            " ",
            "  ",
            "\n",
            "\n\n",
            "\t",
            "'ll",
            "'S",
            "the",
            " The",
            "é",
            "e\u0301",
            "日本",
            "🙂",
            "👩‍👩‍👧",
            "1",
            "2026",
            "½",
            "Ⅷ",
            "٣",
            "_",
            "...",
            "<|im_end|>",
            "</s>",
            "<eos>",
            "<0x0A>",
            "한",
            "\u00a0",
            "\u3000",
            "\r\n",
            "مرحبا",
            "\uFFFD",
            "\u0000",
            "http://x.y/z?q=1",
            "𝔘",
            "ſ",
            "—");

    private static Tokenizer smollm;
    private static Tokenizer gemma;

    @BeforeAll
    static void load() {
        assumeTrue(TestModels.present(), "set -Dstoa.test.models to a folder with the test models");
        smollm = load(TestModels.smollm2());
        gemma = load(TestModels.gemma3());
    }

    private static Tokenizer load(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            return Tokenizer.from(file);
        }
    }

    @Test
    void promptsGetTheIdsOfLlamaCpp() {
        for (Golden golden : Golden.smollm2()) {
            assertThat(smollm.encodeWithBos(golden.text(), true))
                    .as(golden.toString())
                    .isEqualTo(golden.promptIds());
        }
        for (Golden golden : Golden.gemma3()) {
            assertThat(gemma.encodeWithBos(golden.text(), true))
                    .as(golden.toString())
                    .isEqualTo(golden.promptIds());
        }
    }

    @Test
    void answersGetTheTextOfLlamaCpp() {
        for (Golden golden : Golden.smollm2()) {
            assertThat(smollm.decode(golden.greedyIds())).as(golden.toString()).isEqualTo(golden.greedyText());
        }
        for (Golden golden : Golden.gemma3()) {
            assertThat(gemma.decode(golden.greedyIds())).as(golden.toString()).isEqualTo(golden.greedyText());
        }
    }

    @Test
    void everyTextComesBack() {
        long seed = Long.getLong("stoa.test.seed", 20_261_124);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            String text = randomText(random);
            String repeat = "round " + round + ", repeat with -Dstoa.test.seed=" + seed;
            for (Tokenizer tokenizer : List.of(smollm, gemma)) {
                int[] ids = tokenizer.encode(text, false);
                assertThat(IntStream.of(ids).noneMatch(tokenizer::isControl))
                        .as(repeat)
                        .isTrue();
                assertThat(tokenizer.decode(ids)).as(repeat).isEqualTo(text);
                assertThat(streamed(tokenizer, ids)).as(repeat).isEqualTo(text);
            }
        }
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(20); length >= 0; length--) {
            switch (random.nextInt(4)) {
                case 0, 1 -> text.append(PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> text.append((char) (' ' + random.nextInt(95)));
                default -> text.appendCodePoint(character(random));
            }
        }
        return text.toString();
    }

    /** Any character that both vocabularies can write: no surrogates, not the mark for a space, none that lacks a byte. */
    private static int character(Random random) {
        while (true) {
            int c = random.nextInt(random.nextBoolean() ? 0x3000 : Character.MAX_CODE_POINT + 1);
            boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            boolean lacksByte = c >= 0x40000 && c < 0xC0000 || "\u0004\u0006\u0013\u0014\u0016\u001d".indexOf(c) >= 0;
            if (c != 0x2581 && !surrogate && !lacksByte) {
                return c;
            }
        }
    }

    @Test
    void aCharacterWithoutTokensNeverBecomesAControlToken() {
        for (String text : List.of("a\u0004b", new String(Character.toChars(0x80000)), "\uD800", "x\uDC00y")) {
            for (Tokenizer tokenizer : List.of(smollm, gemma)) {
                assertThat(IntStream.of(tokenizer.encode(text, false)).noneMatch(tokenizer::isControl))
                        .isTrue();
            }
        }
        assertThat(smollm.decode(smollm.encode("x\uD800y", false))).isEqualTo("x\uFFFDy");
        assertThat(gemma.decode(gemma.encode("\uDC00", false))).isEqualTo("\uFFFD");
    }

    private static String streamed(Tokenizer tokenizer, int[] ids) {
        StreamDecoder decoder = tokenizer.decoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.append(id));
        }
        return text.append(decoder.flush()).toString();
    }

    @Test
    void knowsWhichTokensEndAnAnswer() {
        assertThat(smollm.isEndOfGeneration(smollm.id("<|im_end|>"))).isTrue();
        assertThat(smollm.isEndOfGeneration(smollm.id("<|endoftext|>"))).isTrue();
        assertThat(smollm.isEndOfGeneration(smollm.id("<|im_start|>"))).isFalse();
        assertThat(gemma.isEndOfGeneration(gemma.id("<eos>"))).isTrue();
        assertThat(gemma.isEndOfGeneration(gemma.id("<end_of_turn>"))).isTrue();
        assertThat(gemma.isControl(gemma.id("<start_of_turn>"))).isTrue();
        assertThat(gemma.isEndOfGeneration(gemma.id("▁the"))).isFalse();
    }

    /** A quadratic merge would take minutes here, a backtracking expression would overflow the stack. */
    @Test
    void aMegabyteOfAnythingIsNoTrouble() {
        for (String unit : List.of("a", " ", "7", "\n", "ab", "é", "<", "\t ", "' ", "日")) {
            String text = unit.repeat((1 << 20) / unit.length());
            for (Tokenizer tokenizer : List.of(smollm, gemma)) {
                long start = System.nanoTime();
                int[] ids = tokenizer.encode(text, true);
                assertThat(System.nanoTime() - start)
                        .as("nanoseconds for 1 MB of '%s'", unit)
                        .isLessThan(20_000_000_000L);
                assertThat(tokenizer.decode(ids)).isEqualTo(text);
            }
        }
    }
}
