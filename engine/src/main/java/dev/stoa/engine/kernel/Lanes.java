package dev.stoa.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
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

    /** Ints that hold a short for each lane. */
    private static final VectorSpecies<Integer> SHORTS =
            VectorSpecies.of(int.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    /** Ints that hold a byte for each lane; the smallest register where these are fewer still. */
    private static final VectorSpecies<Integer> BYTES =
            VectorSpecies.of(int.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

    /** For four lanes, whose bytes are one int: what moves each to the top. */
    private static final IntVector TO_TOP =
            IntVector.broadcast(I, 24).sub(IntVector.zero(I).addIndex(8));

    private Lanes() {}

    /** The signed shorts from {@code from} of those that lie in {@code words} from {@code at}. */
    static IntVector shorts(int[] words, int at, int from) {
        return (IntVector) IntVector.fromArray(SHORTS, words, at + from / 2)
                .reinterpretAsShorts()
                .convertShape(VectorOperators.S2I, I, 0);
    }

    /** The signed bytes from {@code from} of those that lie in {@code words} from {@code at}. */
    static IntVector bytes(int[] words, int at, int from) {
        if (COUNT == 4) {
            return IntVector.broadcast(I, words[at + from / 4])
                    .lanewise(VectorOperators.LSHL, TO_TOP)
                    .lanewise(VectorOperators.ASHR, 24);
        }
        return (IntVector) IntVector.fromArray(BYTES, words, at + from / 4)
                .reinterpretAsBytes()
                .convertShape(VectorOperators.B2I, I, 0);
    }
}
