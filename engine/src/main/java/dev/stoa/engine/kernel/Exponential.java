package dev.stoa.engine.kernel;

/**
 * {@code eˣ} in float from fused multiply-adds alone, so that scalar and vector code of any width and machine agree in
 * every bit. Relative error below 2·10⁻⁷ in [{@link #LOWEST}, {@link #HIGHEST}]; inputs beyond are clamped, NaN stays NaN.
 *
 * <p>{@code x = n·ln 2 + r}: {@code n} by adding and subtracting 1.5·2²³, {@code ln 2} in two parts, {@code eʳ} by its
 * Taylor polynomial of degree 7 ({@code |r| ≤ 0.35}, remainder below 10⁻⁸).
 */
final class Exponential {
    static final float LOWEST = -87f;
    static final float HIGHEST = 88f;
    static final float LOG2_E = 1.44269504f;
    static final float ROUND = 12582912f;
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;
    static final float C7 = 1f / 5040;
    static final float C6 = 1f / 720;
    static final float C5 = 1f / 120;
    static final float C4 = 1f / 24;
    static final float C3 = 1f / 6;
    static final float C2 = 0.5f;
    static final int BIAS = 127;
    static final int MANTISSA_BITS = 23;

    private Exponential() {}

    static float exp(float input) {
        float x = Math.min(HIGHEST, Math.max(LOWEST, input));
        float n = Math.fma(x, LOG2_E, ROUND) - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(C7, r, C6);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r, 1f);
        p = Math.fma(p, r, 1f);
        return p * Float.intBitsToFloat(((int) n + BIAS) << MANTISSA_BITS);
    }
}
