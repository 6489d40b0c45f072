package dev.stoa.engine.sample;

/** The model gave numbers that are no distribution: NaN or +∞ among the logits. */
public final class InvalidLogitsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidLogitsException() {
        super("the logits hold NaN or infinity");
    }
}
