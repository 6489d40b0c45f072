package dev.stoa.inference;

import java.util.Locale;

/** Whether an answer was made for a request alone. In the order in which the parts of a request say what the whole is. */
public enum Reuse {
    /** Made for it, and nobody looked for another. */
    NONE,
    /** It was in the cache. */
    HIT,
    /** It is made for an identical request that came before. */
    SHARED,
    /** Looked for in vain, so it is made for this one, and kept. */
    MISS;

    /** The metric label, and what a header says. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of two parts of one request. */
    public Reuse and(Reuse other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
