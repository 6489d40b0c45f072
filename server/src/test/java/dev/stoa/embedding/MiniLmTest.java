package dev.stoa.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MiniLmTest {
    @TempDir
    static Path cache;

    private static MiniLm model;

    @BeforeAll
    static void load() {
        model = MiniLm.load(2, cache);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static float[] embed(String text) {
        return model.embed(List.of(model.tokens(text)))[0];
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void countsTokensAsTheReferenceTokenizerDoes() {
        // transformers' BertTokenizer, uncased: [CLS] hello world ! [SEP]
        assertThat(model.tokens("Hello world!")).containsExactly(101, 7592, 2088, 999, 102);
        assertThat(model.tokens("")).containsExactly(101, 102);
        assertThat(model.tokens("x ".repeat(2000)).length).isEqualTo(2002);
    }

    @Test
    void vectorsHaveLengthOneAndMeaning() {
        float[] cat = embed("A cat sits on the mat.");
        assertThat(cat).hasSize(384);
        assertThat(cosine(cat, cat)).isCloseTo(1, within(1e-5));
        double near = cosine(cat, embed("A kitten is sitting on a rug."));
        double far = cosine(cat, embed("Interest rates rose by half a per cent."));
        assertThat(near).isGreaterThan(0.5);
        assertThat(far).isLessThan(0.2);
    }

    @Test
    void aTextHasTheSameVectorAloneAndBesideLongerOnes() {
        List<String> texts = List.of("short", "a text of some more words than that", "w ".repeat(300));
        List<long[]> ids = new ArrayList<>();
        texts.forEach(text -> ids.add(model.tokens(text)));
        float[][] together = model.embed(ids);
        for (int i = 0; i < texts.size(); i++) {
            // Its 8-bit arithmetic scales a whole batch together, so the last digits may differ.
            assertThat(cosine(together[i], embed(texts.get(i))))
                    .as(texts.get(i))
                    .isGreaterThan(0.98);
        }
    }
}
