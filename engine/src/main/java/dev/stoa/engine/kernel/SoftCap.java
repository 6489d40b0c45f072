package dev.stoa.engine.kernel;

/** Soft-capping: {@code cap · tanh(x / cap)}, which keeps numbers within the cap and small ones as they are. */
public final class SoftCap {
    private SoftCap() {}

    /**
     * Replaces {@code x[i]} by {@code cap · tanh(factor · x[i] / cap) / factor}: a later multiplication by the factor gives
     * the capped number.
     *
     * @param factor above 0
     */
    public static void apply(float[] x, int at, int n, float cap, float factor) {
        float twice = 2 * factor / cap;
        float scale = cap / factor;
        for (int i = at; i < at + n; i++) {
            // tanh(y) = 1 - 2 / (e^2y + 1); both ends are right where e^2y leaves the range.
            x[i] = scale * (1 - 2 / (Exponential.exp(twice * x[i]) + 1));
        }
    }
}
