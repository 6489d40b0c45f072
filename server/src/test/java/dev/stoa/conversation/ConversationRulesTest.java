package dev.stoa.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.StoaException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text, titles, cursors, states: the rules that need no database. */
class ConversationRulesTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n", "a\u0000b", "\uD83D", "a\uDE00", "\uDE00\uD83D"})
    void textThatCannotBeStoredIsRefused(String text) {
        assertThatThrownBy(() -> TextRules.require("text", text, 10))
                .isInstanceOf(StoaException.class)
                .hasMessageStartingWith("text: ");
    }

    @Test
    void lengthIsCountedInCodeUnits() {
        assertThatCode(() -> TextRules.require("text", "😀😀", 4)).doesNotThrowAnyException();
        assertThatThrownBy(() -> TextRules.require("text", "😀😀a", 4)).isInstanceOf(StoaException.class);
    }

    @Test
    void cleaningKeepsLengthAndGoodText() {
        assertThat(TextRules.clean("gut 😀")).isEqualTo("gut 😀");
        assertThat(TextRules.clean("a\u0000\uD83Db\uDE00😀\uD83D")).isEqualTo("a\uFFFD\uFFFDb\uFFFD😀\uFFFD");
    }

    @Test
    void titlesAreCutAtWords() {
        assertThat(TextRules.title(" How \n many? ")).isEqualTo("How many?");
        String words = "word ".repeat(30);
        assertThat(TextRules.title(words)).isEqualTo("word ".repeat(12).strip() + "…");
        assertThat(TextRules.title("x".repeat(100))).isEqualTo("x".repeat(60) + "…");
        assertThat(TextRules.title("x" + "😀".repeat(50))).isEqualTo("x" + "😀".repeat(29) + "…");
    }

    @Test
    void cursorsComeBackAsTheyWere() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            Instant time = Instant.ofEpochSecond(random.nextLong(4_000_000_000L), random.nextInt(1_000_000) * 1_000L);
            Cursor cursor = new Cursor(time, new UUID(random.nextLong(), random.nextLong()));
            assertThat(Cursor.decode(cursor.encode())).as("seed %d", seed).isEqualTo(cursor);
        }
    }

    @Test
    void foreignCursorsAreRefused() {
        String negative = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(new byte[] {-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        for (String text : new String[] {"", "AAAA", "***", "A".repeat(1_000), negative}) {
            assertThatThrownBy(() -> Cursor.decode(text)).isInstanceOf(StoaException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(MessageState.class)
    void onlyWhatIsGeneratedEndsAndOnce(MessageState state) {
        for (MessageState next : MessageState.values()) {
            boolean legal = state == MessageState.GENERATING && next != MessageState.GENERATING;
            assertThat(state.mayBecome(next)).isEqualTo(legal);
        }
        assertThat(MessageState.ofWord(state.word())).isEqualTo(state);
        if (state != MessageState.GENERATING) {
            UUID id = UUID.randomUUID();
            Message over = new Message(
                    id,
                    id,
                    id,
                    Message.Role.ASSISTANT,
                    "",
                    Steps.NONE,
                    List.of(),
                    state,
                    null,
                    "m",
                    TokenUsage.NONE,
                    null,
                    false,
                    null,
                    null,
                    Instant.EPOCH);
            Ending again = new Ending(MessageState.COMPLETE, "x", Steps.NONE, null, TokenUsage.NONE);
            assertThatThrownBy(() -> over.ended(again)).isInstanceOf(IllegalStateException.class);
        }
    }
}
