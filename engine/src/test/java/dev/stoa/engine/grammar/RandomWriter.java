package dev.stoa.engine.grammar;

import dev.stoa.engine.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Writes outputs of a form with tokens drawn at random from those that are allowed; after a while it takes the shortest
 * way to an end, byte by byte.
 */
final class RandomWriter {
    private static final int RANDOM_TOKENS = 40;

    private final Tokenizer tokenizer;
    private final TokenTrie trie;
    private final Random random;
    /** Tokens of one byte, by that byte. */
    private final int[] byteTokens = new int[256];

    RandomWriter(Tokenizer tokenizer, TokenTrie trie, Random random) {
        this.tokenizer = tokenizer;
        this.trie = trie;
        this.random = random;
        for (int id = 0; id < trie.vocabulary(); id++) {
            if (trie.bytes(id).length == 1) {
                byteTokens[trie.bytes(id)[0] & 0xff] = id;
            }
        }
    }

    String write(Automaton automaton) {
        Automaton.Place place = automaton.start();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int count = 0; count < RANDOM_TOKENS; count++) {
            TokenSet allowed = automaton.tokens(place);
            if (allowed.isEmpty()) {
                throw new AssertionError("stuck behind " + out.toString(StandardCharsets.UTF_8));
            }
            boolean mayEnd = allowed.contains(trie.ends()[0]);
            if (mayEnd != automaton.complete(place)) {
                throw new AssertionError("an end is allowed where the output isn't complete, or the other way round");
            }
            if (mayEnd && (allowed.size() == trie.ends().length || random.nextInt(3) == 0)) {
                return out.toString(StandardCharsets.UTF_8);
            }
            int token = pick(allowed);
            place = automaton
                    .after(place, token)
                    .orElseThrow(() -> new AssertionError(
                            "'" + tokenizer.text(token) + "' is allowed and then isn't, behind " + out));
            out.writeBytes(trie.bytes(token));
        }
        out.writeBytes(shortestEnd(automaton, place, out));
        return out.toString(StandardCharsets.UTF_8);
    }

    private int pick(TokenSet allowed) {
        int wanted = random.nextInt(allowed.size());
        for (int id = 0; ; id++) {
            // Ends stand for no bytes; the next one is as good.
            if (allowed.contains(id) && wanted-- <= 0 && trie.bytes(id).length > 0) {
                return id;
            }
            id = id == trie.vocabulary() - 1 ? -1 : id;
        }
    }

    private byte[] shortestEnd(Automaton automaton, Automaton.Place from, ByteArrayOutputStream out) {
        Map<Automaton.Place, byte[]> ways = new HashMap<>();
        Deque<Automaton.Place> todo = new ArrayDeque<>();
        ways.put(from, new byte[0]);
        todo.add(from);
        while (!todo.isEmpty()) {
            Automaton.Place place = todo.remove();
            byte[] way = Objects.requireNonNull(ways.get(place));
            if (automaton.complete(place)) {
                return way;
            }
            for (int b = 0; b < 256; b++) {
                Automaton.Place next = automaton.after(place, byteTokens[b]).orElse(null);
                if (next != null && !ways.containsKey(next)) {
                    byte[] more = Arrays.copyOf(way, way.length + 1);
                    more[way.length] = (byte) b;
                    ways.put(next, more);
                    todo.add(next);
                }
            }
        }
        throw new AssertionError("no way to an end behind " + out.toString(StandardCharsets.UTF_8));
    }
}
