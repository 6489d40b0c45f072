package dev.stoa.engine.tokenizer;

import java.util.HashMap;
import java.util.Map;

/** Finds special tokens in text through a tree of their characters. Filled once, then read by any thread. */
final class SpecialTokens {
    private final Node root = new Node();

    private static final class Node {
        private final Map<Character, Node> next = new HashMap<>(4);
        private int id = -1;
    }

    void add(String text, int id) {
        Node node = root;
        for (int i = 0; i < text.length(); i++) {
            node = node.next.computeIfAbsent(text.charAt(i), _ -> new Node());
        }
        if (node != root) {
            node.id = id;
        }
    }

    /** The end of the longest allowed token that begins at {@code at}, or {@code at}; its id goes to {@code found}. */
    int longestAt(String text, int at, Tokenizer.SpecialFilter filter, int[] found) {
        int end = at;
        Node node = root;
        for (int i = at; i < text.length(); i++) {
            node = node.next.get(text.charAt(i));
            if (node == null) {
                break;
            }
            if (node.id >= 0 && filter.allows(node.id, at, i + 1)) {
                end = i + 1;
                found[0] = node.id;
            }
        }
        return end;
    }
}
