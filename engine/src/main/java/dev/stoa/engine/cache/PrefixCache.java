package dev.stoa.engine.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds keys and values that were computed before. It knows every block by its content: a full one by the name of the
 * chain that ends with it, one that is filling up by the chain before it and its tokens so far. A sequence that begins
 * with the same tokens shares the full blocks, and takes a copy of the one in which it parts: shared blocks are never
 * written.
 *
 * <p>A hit gives the very bits that computing would give, as keys and values of a position depend on the tokens up to it
 * alone. Content stays known after its sequence has ended, until {@link BlockPool#take} needs the block. For the engine
 * thread.
 */
public final class PrefixCache {
    /** Blocks that are compared to find the one that goes on longest: more would cost time and find little. */
    private static final int SIBLINGS_MAX = 32;

    private static final int NONE = -1;

    private final BlockPool pool;
    private final PrefixHasher hasher;
    private final boolean enabled;
    /** Full blocks by their name. */
    private final Map<PrefixHash, Integer> full = new HashMap<>();
    /** Known blocks by the name of what comes before them, the latest last. */
    private final Map<PrefixHash, List<Integer>> siblings = new HashMap<>();
    /** What comes before a known block, by id; null for an unknown one. */
    private final @Nullable PrefixHash[] before;
    /** The name of a full block, by id. */
    private final @Nullable PrefixHash[] names;
    /** Known tokens of a block: shape {@code [total][16]}, {@code counts[id]} of them valid. */
    private final int[] tokens;

    private final int[] counts;
    /** Full blocks that a running sequence is going to compute, by their name. */
    private final Map<PrefixHash, PrefixChain> pending = new HashMap<>();

    /** Copies all that one block holds to another. */
    @FunctionalInterface
    public interface Copier {
        void copy(int from, int to);
    }

    /**
     * What is known of a sequence's beginning.
     *
     * @param shared full blocks in order
     * @param partial a block of which the next {@code partialTokens} can be copied; -1 for none
     */
    public record Match(List<Integer> shared, int partial, int partialTokens) {
        /** Tokens that need not be computed. */
        public int tokens() {
            return shared.size() * KvLayout.TOKENS + partialTokens;
        }
    }

    /**
     * @param secret random bytes that nobody outside this process knows
     * @param enabled whether anything is remembered at all
     */
    public PrefixCache(BlockPool pool, byte[] secret, boolean enabled) {
        this.pool = pool;
        this.hasher = new PrefixHasher(secret);
        this.enabled = enabled;
        this.before = new PrefixHash[pool.total()];
        this.names = new PrefixHash[pool.total()];
        this.tokens = new int[Math.multiplyExact(pool.total(), KvLayout.TOKENS)];
        this.counts = new int[pool.total()];
        pool.onReuse(this::forget);
    }

    /** A chain for a new sequence of this tenant. May be called by any thread. */
    public PrefixChain chain(String tenant) {
        return new PrefixChain(hasher, tenant);
    }

    /** Finds the longest known beginning of {@code sequence[0 … limit)}. Changes nothing. */
    public Match find(PrefixChain chain, int[] sequence, int limit) {
        List<Integer> shared = new ArrayList<>();
        if (!enabled) {
            return new Match(shared, NONE, 0);
        }
        while ((shared.size() + 1) * KvLayout.TOKENS <= limit) {
            Integer id = full.get(chain.name(shared.size() + 1, sequence));
            if (id == null) {
                break;
            }
            shared.add(id);
        }
        int from = shared.size() * KvLayout.TOKENS;
        List<Integer> candidates = siblings.getOrDefault(chain.name(shared.size(), sequence), List.of());
        int best = NONE;
        int most = 0;
        for (int i = candidates.size() - 1; i >= Math.max(0, candidates.size() - SIBLINGS_MAX); i--) {
            int common = common(candidates.get(i), sequence, from, Math.min(limit - from, KvLayout.TOKENS));
            if (common > most) {
                most = common;
                best = candidates.get(i);
            }
        }
        return new Match(shared, best, most);
    }

    private int common(int id, int[] sequence, int from, int max) {
        int at = id * KvLayout.TOKENS;
        int mismatch = Arrays.mismatch(
                tokens, at, at + Math.min(counts[id], max), sequence, from, from + Math.min(counts[id], max));
        return mismatch < 0 ? Math.min(counts[id], max) : mismatch;
    }

    /**
     * Says that a sequence is going to compute the full blocks of {@code content[from … length)}.
     *
     * @param urgency the lower, the sooner it will be done
     */
    public void announce(PrefixChain chain, int[] content, int from, int length, int urgency) {
        if (!enabled) {
            return;
        }
        chain.announced(from / KvLayout.TOKENS + 1, length / KvLayout.TOKENS + 1, urgency);
        for (int block = chain.announcedFrom(); block < chain.announcedTo(); block++) {
            pending.putIfAbsent(chain.name(block, content), chain);
        }
    }

    /** Takes back what was announced and hasn't been computed. */
    public void withdraw(PrefixChain chain, int[] content) {
        for (int block = chain.announcedFrom(); block < chain.announcedTo(); block++) {
            pending.remove(chain.name(block, content), chain);
        }
        chain.announced(0, 0, 0);
    }

    /**
     * Whether another sequence, no less urgent, is just computing blocks with which {@code content[0 … limit)} goes on
     * from what is known: then it had better wait the few steps until they are there. A hundred questions about one
     * document read it once.
     */
    public boolean awaits(PrefixChain chain, int[] content, int limit, int urgency) {
        if (pending.isEmpty()) {
            return false;
        }
        PrefixHash awaited = chain.awaited();
        if (awaited != null && pending.containsKey(awaited)) {
            return true;
        }
        int block = find(chain, content, limit).shared().size() + 1;
        PrefixHash last = null;
        while (block * KvLayout.TOKENS <= limit) {
            PrefixHash name = chain.name(block, content);
            PrefixChain other = pending.get(name);
            if (other == null || other.urgency() > urgency) {
                break;
            }
            last = name;
            block++;
        }
        chain.await(last);
        return last != null;
    }

    /** Free blocks that a sequence of {@code length} tokens with this match takes. */
    public int cost(Match match, int length) {
        int revived = 0;
        for (int id : match.shared()) {
            revived += pool.owners(id) == 0 ? 1 : 0;
        }
        return KvLayout.blocks(length) - match.shared().size() + revived;
    }

    /**
     * Begins a sequence with what is known.
     *
     * @param sequence that holds no blocks yet
     * @return its first tokens that need not be computed; fewer than the match's if there is no block for the copy
     */
    public int attach(KvSequence sequence, PrefixChain chain, int[] content, Match match, Copier copier) {
        assert sequence.blocks() == 0 : "the sequence has begun";
        match.shared().forEach(sequence::share);
        int done = match.shared().size() * KvLayout.TOKENS;
        if (match.partialTokens() == 0) {
            return done;
        }
        // Held while its copy is made, so that the copy doesn't take its place.
        pool.retain(match.partial());
        boolean room = sequence.grow(done + 1);
        if (room) {
            copier.copy(match.partial(), sequence.block(match.shared().size()));
        }
        pool.release(match.partial(), known(match.partial()));
        if (!room) {
            return done;
        }
        record(sequence, chain, content, done, done + match.partialTokens());
        return done + match.partialTokens();
    }

    /** Remembers that the positions {@code [from, to)} of the sequence were computed. */
    public void record(KvSequence sequence, PrefixChain chain, int[] content, int from, int to) {
        if (!enabled) {
            return;
        }
        for (int position = from; position < to; position++) {
            int index = position / KvLayout.TOKENS;
            int slot = position % KvLayout.TOKENS;
            int id = sequence.block(index);
            assert pool.owners(id) == 1 : "a shared block was written";
            if (slot == 0) {
                begin(id, chain.name(index, content));
            }
            if (known(id) && counts[id] == slot) {
                tokens[id * KvLayout.TOKENS + slot] = content[position];
                counts[id]++;
                if (counts[id] == KvLayout.TOKENS) {
                    finish(id, chain.name(index + 1, content));
                }
            }
        }
    }

    /** Ends a sequence; its blocks stay known. */
    public void release(KvSequence sequence) {
        sequence.release(this::known);
    }

    private boolean known(int id) {
        return before[id] != null;
    }

    private void begin(int id, PrefixHash parent) {
        assert !known(id) : "block " + id + " is known already";
        before[id] = parent;
        counts[id] = 0;
        siblings.computeIfAbsent(parent, _ -> new ArrayList<>(1)).add(id);
    }

    /** Of two blocks with the same content only the first stays known. */
    private void finish(int id, PrefixHash name) {
        pending.remove(name);
        if (full.putIfAbsent(name, id) == null) {
            names[id] = name;
        } else {
            forget(id);
        }
    }

    private void forget(int id) {
        PrefixHash parent = before[id];
        if (parent == null) {
            return;
        }
        before[id] = null;
        List<Integer> list = siblings.getOrDefault(parent, List.of());
        list.remove((Integer) id);
        if (list.isEmpty()) {
            siblings.remove(parent);
        }
        PrefixHash name = names[id];
        if (name != null) {
            names[id] = null;
            full.remove(name);
        }
    }

    /** Full blocks that are known. */
    public int knownBlocks() {
        return full.size();
    }

    /**
     * Checks that maps and blocks agree.
     *
     * @throws IllegalStateException naming what is wrong
     */
    public void validate() {
        pending.forEach((name, chain) ->
                require(chain.announcedTo() > chain.announcedFrom(), "a block is awaited that nobody computes"));
        int known = 0;
        for (int id = 0; id < before.length; id++) {
            PrefixHash parent = before[id];
            PrefixHash name = names[id];
            if (parent != null) {
                known++;
                require(siblings.getOrDefault(parent, List.of()).contains(id), "block " + id + " can't be found");
            }
            if (name != null) {
                require(parent != null && counts[id] == KvLayout.TOKENS, "block " + id + " has a name but isn't full");
                require(Integer.valueOf(id).equals(full.get(name)), "block " + id + " is not where its name says");
            }
        }
        int listed = siblings.values().stream().mapToInt(List::size).sum();
        require(listed == known, listed + " blocks are listed, but " + known + " are known");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
