package dev.stoa.engine.grammar;

import dev.stoa.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The byte strings of a vocabulary as a tree, its nodes in the order of a walk: a node is followed by those below it. A
 * node that needn't be entered is left by one jump. Control tokens stand for no bytes and aren't in it. Immutable but for
 * what it remembers; thread-safe.
 */
public final class TokenTrie {
    private final int vocabulary;
    private final int[] ends;
    private final byte[][] bytes;
    /** By node: its byte, how deep it is (the root is 0), the node behind those below it. */
    private final byte[] label;

    private final short[] depth;
    private final int[] skip;
    /** By node: where its tokens begin in {@link #tokens}; one more entry for the end. */
    private final int[] tokensFrom;

    private final int[] tokens;
    private final int deepest;
    private final StringMasks strings = new StringMasks();
    private final Map<Terminal, WordMasks> masks = Collections.synchronizedMap(new WeakHashMap<>());

    private TokenTrie(Tokenizer tokenizer, Set<Integer> spelled) {
        this.vocabulary = tokenizer.vocabularySize();
        this.bytes = new byte[vocabulary][];
        List<Integer> order = new ArrayList<>(vocabulary);
        List<Integer> endIds = new ArrayList<>();
        for (int id = 0; id < vocabulary; id++) {
            boolean end = tokenizer.isEndOfGeneration(id);
            if (spelled.contains(id) && !end) {
                bytes[id] = tokenizer.text(id).getBytes(StandardCharsets.UTF_8);
            } else {
                bytes[id] = end || tokenizer.isControl(id) ? new byte[0] : tokenizer.bytes(id);
            }
            if (end) {
                endIds.add(id);
            } else if (bytes[id].length > 0 && bytes[id].length < Short.MAX_VALUE) {
                order.add(id);
            }
        }
        order.sort((a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]));
        this.ends = endIds.stream().mapToInt(id -> id).toArray();
        Layout layout = new Layout(order.stream().mapToInt(id -> id).toArray(), bytes);
        this.label = layout.label;
        this.depth = layout.depth;
        this.skip = layout.skip;
        this.tokensFrom = layout.tokensFrom;
        this.tokens = layout.ids;
        this.deepest = layout.deepest;
    }

    public static TokenTrie of(Tokenizer tokenizer) {
        return of(tokenizer, Set.of());
    }

    /** @param spelled control tokens that stand for their spelling here */
    static TokenTrie of(Tokenizer tokenizer, Set<Integer> spelled) {
        return new TokenTrie(tokenizer, spelled);
    }

    /** Lays the nodes out, from the tokens in the order of their bytes. */
    private static final class Layout {
        private final int[] ids;
        private byte[] label = new byte[1 << 16];
        private short[] depth = new short[1 << 16];
        private int[] skip = new int[1 << 16];
        private int[] tokensFrom = new int[1 << 16];
        private int nodes = 1;
        private int deepest;

        Layout(int[] ids, byte[][] bytes) {
            this.ids = ids;
            for (int id : ids) {
                deepest = Math.max(deepest, bytes[id].length);
            }
            int[] path = new int[deepest + 1];
            byte[] before = new byte[0];
            for (int at = 0; at < ids.length; at++) {
                byte[] now = bytes[ids[at]];
                int shared = Arrays.mismatch(before, now);
                if (shared < 0) {
                    continue; // the same bytes as the token before
                }
                close(path, shared + 1, before.length);
                for (int d = shared + 1; d <= now.length; d++) {
                    path[d] = add(now[d - 1], d, at);
                }
                before = now;
            }
            close(path, 1, before.length);
            skip[0] = nodes;
            label = Arrays.copyOf(label, nodes);
            depth = Arrays.copyOf(depth, nodes);
            skip = Arrays.copyOf(skip, nodes);
            tokensFrom = Arrays.copyOf(tokensFrom, nodes + 1);
            tokensFrom[nodes] = ids.length;
            ownTokensOnly(bytes);
        }

        private int add(byte b, int d, int firstToken) {
            if (nodes + 1 >= label.length) {
                int more = 2 * label.length;
                label = Arrays.copyOf(label, more);
                depth = Arrays.copyOf(depth, more);
                skip = Arrays.copyOf(skip, more);
                tokensFrom = Arrays.copyOf(tokensFrom, more);
            }
            label[nodes] = b;
            depth[nodes] = (short) d;
            tokensFrom[nodes] = firstToken;
            return nodes++;
        }

        private void close(int[] path, int from, int to) {
            for (int d = from; d <= to; d++) {
                skip[path[d]] = nodes;
            }
        }

        /** Tokens of a node lie between its entry and the next node's: an inner node without tokens has none. */
        private void ownTokensOnly(byte[][] bytes) {
            for (int node = nodes - 1; node > 0; node--) {
                int first = tokensFrom[node];
                boolean has = first < ids.length && bytes[ids[first]].length == depth[node];
                if (!has) {
                    tokensFrom[node] = tokensFrom[node + 1];
                }
            }
        }
    }

    int vocabulary() {
        return vocabulary;
    }

    /** Ids that end an answer. */
    int[] ends() {
        return ends;
    }

    /** What a token stands for; empty for control tokens. */
    byte[] bytes(int id) {
        return bytes[id];
    }

    int nodes() {
        return label.length;
    }

    int label(int node) {
        return label[node] & 0xff;
    }

    int depth(int node) {
        return depth[node];
    }

    /** The node behind all nodes below this one. */
    int skip(int node) {
        return skip[node];
    }

    /** Bytes of the longest token. */
    int deepest() {
        return deepest;
    }

    /** Where the tokens of a node begin, up to those of the next node. */
    int tokensFrom(int node) {
        return tokensFrom[node];
    }

    int token(int index) {
        return tokens[index];
    }

    /** Adds the tokens that end at a node. */
    void addTokens(int node, long[] words) {
        for (int i = tokensFrom[node]; i < tokensFrom[node + 1]; i++) {
            words[tokens[i] >> 6] |= 1L << tokens[i];
        }
    }

    long[] emptyWords() {
        return new long[(vocabulary + Long.SIZE - 1) / Long.SIZE];
    }

    /** What is remembered of all strings. */
    StringMasks strings() {
        return strings;
    }

    /** What is remembered of a word's states. */
    WordMasks masks(Terminal terminal) {
        return masks.computeIfAbsent(terminal, _ -> new WordMasks());
    }
}
