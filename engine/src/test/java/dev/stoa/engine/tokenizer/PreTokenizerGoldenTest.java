package dev.stoa.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.golden.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scanners against the regular expressions that they stand for; {@code pre_tokenizers.py} ran these. */
class PreTokenizerGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "llama-bpe", "qwen2"})
    void wordsAreThoseOfTheExpression(String name) throws IOException {
        Map<?, ?> golden = golden();
        PreTokenizer rules = PreTokenizer.find(name).orElseThrow();
        List<?> texts = (List<?>) Objects.requireNonNull(golden.get("texts"));
        List<?> words = (List<?>) Objects.requireNonNull(golden.get(name));
        assertThat(texts).hasSizeGreaterThan(100).hasSameSizeAs(words);
        for (int i = 0; i < texts.size(); i++) {
            String text = (String) texts.get(i);
            assertThat(cut(rules, text)).as("'%s'", text).isEqualTo(words.get(i));
        }
    }

    private static List<String> cut(PreTokenizer rules, String text) {
        List<String> words = new ArrayList<>();
        IntList ends = rules.wordEnds(text, 0, text.length());
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            words.add(text.substring(from, ends.get(i)));
            from = ends.get(i);
        }
        return words;
    }

    private static Map<?, ?> golden() throws IOException {
        String file = "/golden/pre_tokenizers.json";
        try (InputStream in = Objects.requireNonNull(PreTokenizerGoldenTest.class.getResourceAsStream(file))) {
            return (Map<?, ?>)
                    Objects.requireNonNull(Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }
}
