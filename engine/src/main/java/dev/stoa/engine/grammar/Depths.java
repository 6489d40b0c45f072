package dev.stoa.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Finds of each node how many open parts it takes at least to complete it, so that an output is never led so deep that it
 * can't end. Nodes that can't be completed at all keep {@link Node#NEVER}.
 */
final class Depths {
    private Depths() {}

    /**
     * @return the number of nodes
     * @throws Dfa.TooLarge if it takes too much work
     */
    static int find(Node root, Work work) {
        List<Node> all = all(root);
        // Leaves are last in the list; from there it takes few rounds, one more for each level of recursion.
        Collections.reverse(all);
        boolean changed = true;
        while (changed) {
            changed = false;
            work.spend(16L * all.size());
            for (Node node : all) {
                int depth = of(node);
                if (depth < node.depth()) {
                    node.depth(depth);
                    changed = true;
                }
            }
        }
        return all.size();
    }

    private static int of(Node node) {
        return switch (node) {
            case Node.Word _ -> 0;
            case Node.Sequence sequence -> {
                int depth = 0;
                int last = sequence.parts().size() - 1;
                for (int i = 0; i <= last; i++) {
                    int part = sequence.parts().get(i).depth();
                    depth = Math.max(depth, part >= Node.NEVER ? Node.NEVER : i < last ? part + 1 : part);
                }
                yield depth;
            }
            case Node.Choice choice ->
                choice.options().stream().mapToInt(Node::depth).min().orElse(Node.NEVER);
            case Node.Repeat repeat ->
                repeat.min() == 0
                        ? 0
                        : repeat.body().depth() >= Node.NEVER
                                ? Node.NEVER
                                : repeat.body().depth() + 1;
            case Node.Rule rule -> rule.body().depth();
        };
    }

    private static List<Node> all(Node root) {
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Node> order = new ArrayList<>();
        Deque<Node> todo = new ArrayDeque<>();
        seen.add(root);
        todo.add(root);
        while (!todo.isEmpty()) {
            Node node = todo.remove();
            order.add(node);
            for (Node child : children(node)) {
                if (seen.add(child)) {
                    todo.add(child);
                }
            }
        }
        return order;
    }

    private static List<Node> children(Node node) {
        return switch (node) {
            case Node.Word _ -> List.of();
            case Node.Sequence sequence -> sequence.parts();
            case Node.Choice choice -> choice.options();
            case Node.Repeat repeat -> List.of(repeat.body());
            case Node.Rule rule -> List.of(rule.body());
        };
    }
}
