package dev.stoa.engine.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What is known of the tokens that may follow in each state of one {@link Terminal}, whatever comes behind the word:
 * found by one walk over the vocabulary, then remembered. Thread-safe.
 */
final class WordMasks {
    /** Like states of one word that are remembered; a string between two lengths has as many as tokens have bytes. */
    private static final int STATES_MAX = 512;

    /**
     * @param inside tokens that end inside the word, or with it
     * @param exits nodes of the tree where the word can end and tokens go on
     */
    record Mask(TokenSet inside, int[] exits) {}

    private final Map<Long, Mask> masks = new HashMap<>();

    synchronized Mask of(Terminal terminal, long state, TokenTrie trie) {
        long likeness = terminal.likeness(state, trie.deepest() + 1);
        Mask known = masks.get(likeness);
        if (known == null) {
            if (masks.size() >= STATES_MAX) {
                masks.clear();
            }
            known = terminal instanceof StringTerminal string && StringTerminal.inside(state)
                    ? trie.strings().of(StringTerminal.unit(state), string.lacking(state), string.left(state), trie)
                    : walk(terminal, state, trie);
            masks.put(likeness, known);
        }
        return known;
    }

    private static Mask walk(Terminal terminal, long start, TokenTrie trie) {
        long[] words = trie.emptyWords();
        long[] path = new long[trie.deepest() + 1];
        path[0] = start;
        int[] exits = new int[16];
        int exitCount = 0;
        int nodes = trie.nodes();
        int node = 1;
        while (node < nodes) {
            int depth = trie.depth(node);
            long state = terminal.next(path[depth - 1], trie.label(node));
            if (state == Terminal.DEAD) {
                node = trie.skip(node);
                continue;
            }
            path[depth] = state;
            trie.addTokens(node, words);
            if (terminal.accepts(state) && trie.skip(node) > node + 1) {
                if (exitCount == exits.length) {
                    exits = Arrays.copyOf(exits, 2 * exitCount);
                }
                exits[exitCount++] = node;
            }
            node++;
        }
        return new Mask(TokenSet.of(words, trie.vocabulary()), Arrays.copyOf(exits, exitCount));
    }
}
