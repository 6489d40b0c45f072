package dev.stoa.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape of this machine: its preferred one, at most 512 bits, as a panel holds two registers or more. */
final class Lanes {
    /** Static and final, or every operation on it falls out of the compiler's fast path. */
    static final VectorSpecies<Float> F =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

    static final VectorSpecies<Short> S = VectorSpecies.of(short.class, F.vectorShape());

    /** Floats or ints of a register. */
    static final int COUNT = F.length();

    private Lanes() {}
}
