package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PromptLookupTest {
    @Test
    void goesOnAsTheSameTokensWentOnLast() {
        assertThat(find(4, 1, 2, 3, 4, 5, 9, 1, 2, 3)).containsExactly(4, 5, 9, 1);
        assertThat(find(2, 1, 2, 3, 4, 5, 1, 2, 3, 6, 7, 1, 2, 3)).containsExactly(6, 7);
    }

    @Test
    void takesTwoTokensWhereThreeNeverOccurred() {
        assertThat(find(3, 8, 2, 3, 4, 5, 9, 2, 3)).containsExactly(4, 5, 9);
    }

    @Test
    void followsALoopIntoItself() {
        assertThat(find(4, 7, 5, 5, 5, 5)).containsExactly(5, 5, 5, 5);
        assertThat(find(4, 1, 2, 1, 2, 1)).containsExactly(2, 1, 2, 1);
    }

    @Test
    void findsNothingInWhatIsNewOrShort() {
        assertThat(find(4, 1, 2, 3, 4, 5)).isEmpty();
        assertThat(find(4, 1, 2, 3, 2)).isEmpty();
        assertThat(find(4, 1)).isEmpty();
    }

    @Test
    void readsNothingBeyondTheLength() {
        int[] guesses = new int[4];
        int count = PromptLookup.find(new int[] {1, 2, 3, 1, 2, 99, 99}, 5, 4, guesses);
        assertThat(Arrays.copyOf(guesses, count)).containsExactly(3, 1, 2, 3);
    }

    private static int[] find(int most, int... tokens) {
        int[] guesses = new int[most];
        return Arrays.copyOf(guesses, PromptLookup.find(tokens, tokens.length, most, guesses));
    }
}
