package dev.stoa.engine.schedule;

/**
 * Guesses how a text goes on from how it went on before: where its last tokens occurred already, what followed them then
 * (prompt lookup decoding, Saxena 2023). Good where an answer repeats its prompt: quotes, code that is changed, forms.
 * Stateless.
 */
final class PromptLookup {
    /** Tokens that must agree, longest first: fewer than two agree by chance. */
    private static final int LONGEST = 3;

    private static final int SHORTEST = 2;

    private PromptLookup() {}

    /**
     * Finds what may follow.
     *
     * @param tokens of which {@code length} are valid
     * @param most guesses wanted, at most the length of {@code guesses}
     * @return how many were found, all or none; they are the first of {@code guesses}
     */
    static int find(int[] tokens, int length, int most, int[] guesses) {
        for (int n = LONGEST; n >= SHORTEST; n--) {
            // The latest occurrence is the likeliest to go on alike. Behind the end the guesses go on
            // as they began: a loop.
            for (int end = length - 1; end >= n; end--) {
                if (agree(tokens, end, length, n)) {
                    for (int i = 0; i < most; i++) {
                        guesses[i] = end + i < length ? tokens[end + i] : guesses[end + i - length];
                    }
                    return most;
                }
            }
        }
        return 0;
    }

    private static boolean agree(int[] tokens, int end, int length, int n) {
        for (int i = 1; i <= n; i++) {
            if (tokens[end - i] != tokens[length - i]) {
                return false;
            }
        }
        return true;
    }
}
