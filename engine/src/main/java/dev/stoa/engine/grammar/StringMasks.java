package dev.stoa.engine.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the tokens that may follow inside a JSON string, for all bounds of its length: one walk over the
 * vocabulary notes how many characters each token takes, and each bound then only compares. Thread-safe.
 */
final class StringMasks {
    /** Bounded, so that it counts; no token comes near the bound. */
    private static final StringTerminal COUNTING = new StringTerminal(0, Integer.MAX_VALUE - 1);

    private final @Nullable Table[] byUnit = new Table[StringTerminal.UNITS_MAX];

    /**
     * @param tokens ids that may follow in an unbounded string
     * @param taken characters that each takes, one that it only begins included
     * @param closing whether it ends the string
     * @param exits nodes behind the closing quote that tokens go on from
     * @param exitsTaken characters before the quote
     */
    private record Table(int[] tokens, int[] taken, boolean[] closing, int[] exits, int[] exitsTaken) {}

    /**
     * @param unit place within the present character
     * @param lacking characters that the string needs at least
     * @param left characters that it may have at most
     */
    synchronized WordMasks.Mask of(int unit, long lacking, long left, TokenTrie trie) {
        Table table = byUnit[unit];
        if (table == null) {
            table = walk(unit, trie);
            byUnit[unit] = table;
        }
        long[] words = trie.emptyWords();
        for (int i = 0; i < table.tokens().length; i++) {
            int taken = table.taken()[i];
            if (taken <= left && (!table.closing()[i] || taken >= lacking)) {
                int token = table.tokens()[i];
                words[token >> 6] |= 1L << token;
            }
        }
        int[] exits = new int[table.exits().length];
        int count = 0;
        for (int i = 0; i < exits.length; i++) {
            int taken = table.exitsTaken()[i];
            if (taken <= left && taken >= lacking) {
                exits[count++] = table.exits()[i];
            }
        }
        return new WordMasks.Mask(TokenSet.of(words, trie.vocabulary()), Arrays.copyOf(exits, count));
    }

    private static Table walk(int unit, TokenTrie trie) {
        int[] tokens = new int[trie.vocabulary()];
        int[] taken = new int[trie.vocabulary()];
        boolean[] closing = new boolean[trie.vocabulary()];
        int count = 0;
        int[] exits = new int[trie.nodes()];
        int[] exitsTaken = new int[trie.nodes()];
        int exitCount = 0;
        long[] path = new long[trie.deepest() + 1];
        path[0] = unit;
        for (int node = 1; node < trie.nodes(); ) {
            int depth = trie.depth(node);
            long state = COUNTING.next(path[depth - 1], trie.label(node));
            if (state == Terminal.DEAD) {
                node = trie.skip(node);
                continue;
            }
            path[depth] = state;
            boolean closed = COUNTING.accepts(state);
            int characters = StringTerminal.taken(closed ? path[depth - 1] : state);
            for (int i = trie.tokensFrom(node); i < trie.tokensFrom(node + 1); i++) {
                tokens[count] = trie.token(i);
                taken[count] = characters;
                closing[count] = closed;
                count++;
            }
            if (closed && trie.skip(node) > node + 1) {
                exits[exitCount] = node;
                exitsTaken[exitCount] = characters;
                exitCount++;
            }
            node++;
        }
        return new Table(
                Arrays.copyOf(tokens, count),
                Arrays.copyOf(taken, count),
                Arrays.copyOf(closing, count),
                Arrays.copyOf(exits, exitCount),
                Arrays.copyOf(exitsTaken, exitCount));
    }
}
