package dev.stoa.engine.grammar;

import java.util.Arrays;

/**
 * Numbers that are equal to others with the same values, as keys of maps must be.
 *
 * @param values not to be changed
 */
record Ints(int[] values) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Ints ints && Arrays.equals(values, ints.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
