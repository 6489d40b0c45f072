package dev.stoa.engine.kernel.packed;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape of this machine: its preferred one, at most 512 bits, as a tile's 32 shorts fill no more. */
final class TileLanes {
    private static final VectorShape SHAPE = ShortVector.SPECIES_PREFERRED.vectorBitSize() > 512
            ? VectorShape.S_512_BIT
            : ShortVector.SPECIES_PREFERRED.vectorShape();

    // Static and final, or the compiler doesn't know the shape and every operation allocates.
    static final VectorSpecies<Short> S = VectorSpecies.of(short.class, SHAPE);
    static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
    static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);

    /** Lanes of a register of shorts. */
    static final int SHORTS = S.length();

    /** Lanes of a register of ints or floats. */
    static final int FLOATS = F.length();

    private TileLanes() {}

    static ShortVector shorts(short[] array, int at) {
        return ShortVector.fromArray(S, array, at);
    }

    static FloatVector floats(float[] array, int at) {
        return FloatVector.fromArray(F, array, at);
    }

    static FloatVector all(float value) {
        return FloatVector.broadcast(F, value);
    }

    /** Fills a register of shorts with a value that {@code pair} holds in both of its halves. */
    static ShortVector both(int pair) {
        return IntVector.broadcast(I, pair).reinterpretAsShorts();
    }

    /** A value in both halves of an int; it must fit a short, or its low 16 bits are taken. */
    static int pair(int value) {
        return (value & 0xffff) * 0x10001;
    }
}
