package dev.stoa.engine.sample;

/**
 * Random numbers that are a function of a key and a counter. The mixing is SplitMix64's (Steele, Lea, Flood, "Fast
 * splittable pseudorandom number generators", 2014), applied to both in turn.
 */
public final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final int DOUBLE_BITS = 53;

    private CounterRandom() {}

    /** A number in [0, 1) for this seed and position. */
    public static double uniform(long seed, long position) {
        long bits = mix(mix(seed + GOLDEN_GAMMA) + (position + 1) * GOLDEN_GAMMA);
        return (bits >>> (Long.SIZE - DOUBLE_BITS)) * 0x1p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
