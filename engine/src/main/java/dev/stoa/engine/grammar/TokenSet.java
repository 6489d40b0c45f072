package dev.stoa.engine.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A set of token ids: few of them as a list, many as bits. Immutable. */
public final class TokenSet {
    private final int vocabulary;
    /** Sorted ids, or empty if {@link #bits} is used. */
    private final int[] ids;
    /** Bit {@code id}, or empty if {@link #ids} is used. */
    private final long[] bits;

    private TokenSet(int vocabulary, int[] ids, long[] bits) {
        this.vocabulary = vocabulary;
        this.ids = ids;
        this.bits = bits;
    }

    /** Of the bits of {@code words}, which are copied. */
    static TokenSet of(long[] words, int vocabulary) {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        // An id takes 32 bits in a list.
        if (count * 32L >= vocabulary) {
            return new TokenSet(vocabulary, new int[0], words.clone());
        }
        int[] ids = new int[count];
        int at = 0;
        for (int w = 0; w < words.length; w++) {
            for (long rest = words[w]; rest != 0; rest &= rest - 1) {
                ids[at++] = w * Long.SIZE + Long.numberOfTrailingZeros(rest);
            }
        }
        return new TokenSet(vocabulary, ids, new long[0]);
    }

    public boolean contains(int id) {
        return bits.length > 0 ? (bits[id >> 6] >>> id & 1) != 0 : Arrays.binarySearch(ids, id) >= 0;
    }

    public boolean isEmpty() {
        return bits.length == 0 && ids.length == 0;
    }

    /** Number of ids. */
    public int size() {
        int count = ids.length;
        for (long word : bits) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** Replaces the values of all ids that aren't in the set; {@code values[0 … vocabulary)} are looked at. */
    public void replaceOthers(float[] values, float by) {
        if (bits.length == 0) {
            int from = 0;
            for (int id : ids) {
                Arrays.fill(values, from, id, by);
                from = id + 1;
            }
            Arrays.fill(values, from, vocabulary, by);
            return;
        }
        for (int w = 0; w < bits.length; w++) {
            int from = w * Long.SIZE;
            int to = Math.min(vocabulary, from + Long.SIZE);
            long word = bits[w];
            if (word == 0) {
                Arrays.fill(values, from, to, by);
                continue;
            }
            for (long others = ~word; others != 0; others &= others - 1) {
                int id = from + Long.numberOfTrailingZeros(others);
                if (id >= to) {
                    break;
                }
                values[id] = by;
            }
        }
    }

    /** Bytes of memory, roughly. */
    int bytes() {
        return ids.length * Integer.BYTES + bits.length * Long.BYTES;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenSet set && Arrays.equals(ids, set.ids) && Arrays.equals(bits, set.bits);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Arrays.hashCode(bits);
    }

    /** Adds the set's bits to {@code words}. */
    void addTo(long[] words) {
        for (int w = 0; w < bits.length; w++) {
            words[w] |= bits[w];
        }
        for (int id : ids) {
            words[id >> 6] |= 1L << id;
        }
    }
}
