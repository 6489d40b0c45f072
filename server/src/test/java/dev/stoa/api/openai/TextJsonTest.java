package dev.stoa.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.inference.TokenLogprob;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Where a stream's tokens stand in its text, however text and tokens are spread over chunks. */
class TextJsonTest {
    private final TextJson json = new TextJson("cmpl-1", () -> "m", 0, false, 2);

    private static TokenLogprob token(byte... bytes) {
        return new TokenLogprob(new TokenLogprob.Piece(bytes, -1), List.of());
    }

    private static TokenLogprob token(String text) {
        return token(text.getBytes(StandardCharsets.UTF_8));
    }

    private String offsets(int choice, String text, TokenLogprob... tokens) {
        ObjectNode chunk = json.delta(choice, text, List.of(tokens));
        return chunk.at("/choices/0/logprobs/text_offset").toString();
    }

    @Test
    void tokensThatComeAfterTheirTextStandWhereItBegins() {
        assertThat(offsets(0, "Hello")).isEmpty();
        assertThat(offsets(1, "Ho", token("Ho"))).isEqualTo("[0]");
        assertThat(offsets(0, " wor", token("Hello"))).isEqualTo("[0]");
        assertThat(offsets(0, "ld!", token(" world"), token("!"))).isEqualTo("[5,11]");
        assertThat(offsets(1, "", token("!"))).isEqualTo("[2]");
    }

    @Test
    void aCharacterOfSeveralTokensCountsOnce() {
        byte[] face = "😀".getBytes(StandardCharsets.UTF_8);
        assertThat(offsets(0, "é😀.", token((byte) 0xC3), token((byte) 0xA9), token(Arrays.copyOf(face, 3))))
                .isEqualTo("[0,1,1]");
        assertThat(offsets(0, "", token(face[3]), token("."))).isEqualTo("[3,3]");
    }
}
