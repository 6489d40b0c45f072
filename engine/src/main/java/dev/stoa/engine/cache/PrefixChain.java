package dev.stoa.engine.cache;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The names of a sequence's full blocks, computed as they are asked for. Made by any thread, used by the engine thread. */
public final class PrefixChain {
    private final PrefixHasher hasher;
    private final String tenant;
    /** {@code names.get(n)} stands for the first {@code n} blocks. */
    private final List<PrefixHash> names = new ArrayList<>();
    /** Full blocks that {@link PrefixCache#announce} has named as being computed: from this number up to that. */
    private int announcedFrom;

    private int announcedTo;
    private int urgency;
    private @Nullable PrefixHash awaited;

    PrefixChain(PrefixHasher hasher, String tenant) {
        this.hasher = hasher;
        this.tenant = tenant;
    }

    /**
     * @param tokens of the sequence, at least {@code 16 · blocks}; those that were named must not change
     */
    PrefixHash name(int blocks, int[] tokens) {
        if (names.isEmpty()) {
            names.add(hasher.root(tenant));
        }
        while (names.size() <= blocks) {
            int done = names.size() - 1;
            names.add(hasher.next(names.get(done), tokens, done * KvLayout.TOKENS));
        }
        return names.get(blocks);
    }

    int announcedFrom() {
        return announcedFrom;
    }

    int announcedTo() {
        return announcedTo;
    }

    int urgency() {
        return urgency;
    }

    void announced(int from, int to, int urgencyOfIt) {
        announcedFrom = from;
        announcedTo = to;
        urgency = urgencyOfIt;
    }

    /** The block that this sequence waits for another to compute. */
    @Nullable PrefixHash awaited() {
        return awaited;
    }

    void await(@Nullable PrefixHash name) {
        awaited = name;
    }
}
