package dev.stoa.safety;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds any number of literals in one pass (Aho and Corasick, 1975). Its state after a character is the longest end of
 * the text that could still become a literal; that length is what a stream must hold back. Immutable once built.
 */
final class LiteralAutomaton {

    /** A place in the tree of literals. */
    static final class Node {
        private final Map<Character, Node> children = new HashMap<>();
        private final List<Rule.Literal> ending = new ArrayList<>();
        private final int depth;
        private @Nullable Node fallback;

        private Node(int depth) {
            this.depth = depth;
        }

        /** Characters of the text's end that may belong to a literal. */
        int depth() {
            return depth;
        }

        /** The literals that end here. */
        List<Rule.Literal> ending() {
            return ending;
        }
    }

    private final Node root = new Node(0);

    LiteralAutomaton(List<Rule.Literal> literals) {
        for (Rule.Literal literal : literals) {
            Node node = root;
            for (char c : literal.text().toCharArray()) {
                int depth = node.depth + 1;
                node = node.children.computeIfAbsent(c, _ -> new Node(depth));
            }
            node.ending.add(literal);
        }
        link();
    }

    /** Gives each node its fallback, level by level, and the literals that end as a suffix of it. */
    private void link() {
        ArrayDeque<Node> queue = new ArrayDeque<>();
        for (Node child : root.children.values()) {
            child.fallback = root;
            queue.add(child);
        }
        while (!queue.isEmpty()) {
            Node node = queue.remove();
            node.children.forEach((c, child) -> {
                Node fallback = step(node.fallback == null ? root : node.fallback, c);
                child.fallback = fallback;
                child.ending.addAll(fallback.ending);
                queue.add(child);
            });
        }
    }

    Node root() {
        return root;
    }

    /** The state after one more character. */
    Node step(Node from, char c) {
        Node node = from;
        while (true) {
            Node child = node.children.get(c);
            if (child != null) {
                return child;
            }
            if (node.fallback == null) {
                return root;
            }
            node = node.fallback;
        }
    }
}
