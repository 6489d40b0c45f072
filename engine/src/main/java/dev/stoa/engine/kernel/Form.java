package dev.stoa.engine.kernel;

/** How a {@link PackedMatrix} keeps its weights in 32-bit lanes. */
public enum Form {
    /** Eight unsigned 4-bit numbers, the lowest bits first. */
    NIBBLE(8),
    /** Four signed 8-bit numbers, the lowest bits first. */
    BYTE(4),
    /** Two IEEE half-precision numbers. */
    HALF(2),
    /** Two bfloat16 numbers. */
    BFLOAT(2),
    /** One float. */
    FLOAT(1);

    private final int perLane;

    Form(int perLane) {
        this.perLane = perLane;
    }

    /** Weights in one lane. */
    public int perLane() {
        return perLane;
    }
}
