package dev.stoa.engine.kernel;

/** How kernels want the input rows of a product, see {@link Kernels#operand}. */
public enum Operand {
    /** Floats as they are. */
    VALUES,
    /** Whole numbers, as floats. */
    LEVELS,
    /** Whole numbers, column {@code p} of a block with column {@code p + 16} above it in an int. */
    PAIRS,
    /** {@link dev.stoa.engine.kernel.x86.InputRecord#NIBBLES}. */
    NIBBLES,
    /** {@link dev.stoa.engine.kernel.x86.InputRecord#BYTES}. */
    BYTES
}
