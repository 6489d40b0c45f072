package dev.stoa.engine.grammar;

import java.util.Arrays;

/** A nondeterministic automaton over bytes, while it is built. Edges and jumps of a state are chained, the last one first. */
final class Nfa {
    /** Ends each chain. */
    static final int NONE = -1;

    private static final int EDGE = 4;
    private static final int JUMP = 2;

    private final Work work;
    private int states;
    /** By state: its last edge and its last jump. */
    private int[] lastEdge = new int[64];

    private int[] lastJump = new int[64];
    /** First byte, last byte, target, the state's edge before. */
    private int[] edges = new int[64 * EDGE];

    private int edgeCount;
    /** Target, the state's jump before. */
    private int[] jumps = new int[64 * JUMP];

    private int jumpCount;

    Nfa(Work work) {
        this.work = work;
    }

    int states() {
        return states;
    }

    /** @throws Dfa.TooLarge if there are too many */
    int state() {
        work.spend(Work.OBJECT);
        if (states >= GrammarLimits.NFA_STATES_MAX) {
            throw new Dfa.TooLarge();
        }
        if (states == lastEdge.length) {
            lastEdge = Arrays.copyOf(lastEdge, 2 * states);
            lastJump = Arrays.copyOf(lastJump, 2 * states);
        }
        lastEdge[states] = NONE;
        lastJump[states] = NONE;
        return states++;
    }

    /** A way on by any byte from {@code first} to {@code last}. */
    void edge(int from, int first, int last, int to) {
        work.spend(Work.OBJECT);
        int at = edgeCount * EDGE;
        if (at == edges.length) {
            edges = Arrays.copyOf(edges, 2 * at);
        }
        edges[at] = first;
        edges[at + 1] = last;
        edges[at + 2] = to;
        edges[at + 3] = lastEdge[from];
        lastEdge[from] = edgeCount++;
    }

    /** A way on that takes no byte. */
    void jump(int from, int to) {
        work.spend(Work.OBJECT);
        int at = jumpCount * JUMP;
        if (at == jumps.length) {
            jumps = Arrays.copyOf(jumps, 2 * at);
        }
        jumps[at] = to;
        jumps[at + 1] = lastJump[from];
        lastJump[from] = jumpCount++;
    }

    int lastEdge(int state) {
        return lastEdge[state];
    }

    int edgeBefore(int edge) {
        return edges[edge * EDGE + 3];
    }

    int first(int edge) {
        return edges[edge * EDGE];
    }

    int last(int edge) {
        return edges[edge * EDGE + 1];
    }

    int target(int edge) {
        return edges[edge * EDGE + 2];
    }

    int lastJump(int state) {
        return lastJump[state];
    }

    int jumpBefore(int jump) {
        return jumps[jump * JUMP + 1];
    }

    int jumpTarget(int jump) {
        return jumps[jump * JUMP];
    }
}
