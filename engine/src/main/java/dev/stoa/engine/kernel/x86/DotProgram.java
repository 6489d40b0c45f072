package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;
import dev.stoa.engine.kernel.x86.DotProduct.Weights;

/**
 * Writes the product of one panel of 32 matrix rows with a few input rows; what is the same for all instruction sets.
 *
 * <p>The function's arguments: the panel's words, the first input row's record of the first block, the bytes from one block's
 * records to the next's, the scales {@code [blocks][2][32]}, the minimums {@code [blocks][32]}, the results {@code
 * [rows][32]}, to which it adds, and the number of blocks, at least one.
 *
 * <p>For each block it does what {@link dev.stoa.engine.kernel.VectorKernels} does: a whole-number dot product, exact in any
 * order, then {@code result = fma(scale · scaleₓ, dot, result)} and {@code result = fma(minimum, sum, result)}. For one
 * program; not thread-safe.
 */
abstract class DotProgram {
    static final int PANEL_BYTES = 32 * Float.BYTES;

    static final Register WORDS = Register.RDI;
    static final Register X = Register.RSI;
    static final Register SCALES = Register.RCX;
    static final Register MINIMUMS = Register.R8;
    static final Register RESULTS = Register.R9;
    private static final Register X_STRIDE = Register.RDX;
    private static final Register BLOCKS = Register.RAX;
    private static final int BLOCKS_ARGUMENT = 8;

    private static final int LOW_NIBBLES = 0x0f0f0f0f;
    private static final int FIFTH_BITS = 0x10101010;
    private static final int UPPER_TWO_BITS = 0x30303030;

    /** Few rows wait for memory: lines are asked for so many bytes ahead, over the end of a panel to the next. */
    private static final int AHEAD = 4096;

    /** Rows up to which that pays. */
    private static final int AHEAD_ROWS = 2;

    final Assembler assembler;
    final int rows;
    private final Registers registers;

    /**
     * Vector registers with the same use in every program.
     *
     * @param w0 the first of four for words that are taken apart
     * @param constant holds the mask of low nibbles, or for bytes {@code forBytes}
     * @param upper holds the mask of what lies above them
     */
    record Registers(int w0, int constant, int upper, int forBytes) {}

    DotProgram(Encoding encoding, int rows, int maxRows, Registers registers) {
        if (rows < 1 || rows > maxRows) {
            throw new IllegalArgumentException("1 to " + maxRows + " rows, not " + rows);
        }
        this.assembler = new Assembler(encoding);
        this.rows = rows;
        this.registers = registers;
    }

    /** The whole program. Called once. */
    final byte[] write(Weights weights) {
        constant(registers.constant(), weights == Weights.BYTES ? registers.forBytes() : LOW_NIBBLES);
        switch (weights) {
            case FIVES, FIVES_WITH_MINIMUMS -> constant(registers.upper(), FIFTH_BITS);
            case SIXES -> constant(registers.upper(), UPPER_TWO_BITS);
            case NIBBLES, NIBBLES_WITH_MINIMUMS, BYTES -> {}
        }
        assembler.loadArgument(BLOCKS, BLOCKS_ARGUMENT);
        loadResults();
        int begin = assembler.here();
        block(weights);
        assembler.add(WORDS, weights.words() * PANEL_BYTES);
        assembler.add(X, X_STRIDE);
        assembler.add(SCALES, 2 * PANEL_BYTES);
        assembler.add(MINIMUMS, PANEL_BYTES);
        assembler.add(BLOCKS, -1);
        assembler.jumpIfNotZero(begin);
        storeResults();
        assembler.end();
        return assembler.bytes();
    }

    private void constant(int to, int word) {
        assembler.set(BLOCKS, word);
        assembler.broadcast(to, BLOCKS);
    }

    /** Before the first block, where results are kept in registers. */
    abstract void loadResults();

    /** One block of the panel with that of all input rows. */
    abstract void block(Weights weights);

    abstract void storeResults();

    /** The register of a row's sum in one half of what is computed together. */
    abstract int sum(int row, int half);

    /** Begins the sums with a word of each row's record. */
    final void begin(int word) {
        for (int row = 0; row < rows; row++) {
            for (int half = 0; half < 2; half++) {
                assembler.broadcast(sum(row, half), X, xAt(row, word));
            }
        }
    }

    /** Takes two registers of words apart: the lower nibbles of their bytes, and in the next two the upper ones. */
    final void nibbles() {
        int w0 = registers.w0();
        assembler.shiftRight(w0 + 2, w0, 4);
        assembler.shiftRight(w0 + 3, w0 + 1, 4);
        for (int w = w0; w < w0 + 4; w++) {
            assembler.and(w, w, registers.constant());
        }
    }

    /** To the left, or to the right where negative. */
    final void shift(int register, int left) {
        if (left > 0) {
            assembler.shiftLeft(register, register, left);
        } else if (left < 0) {
            assembler.shiftRight(register, register, -left);
        }
    }

    /** Asks for a line of words that follow. */
    final void ask(int at) {
        if (rows <= AHEAD_ROWS) {
            assembler.prefetch(WORDS, at + AHEAD);
        }
    }

    static int xAt(int row, int word) {
        return (row * InputRecord.WORDS + word) * Integer.BYTES;
    }
}
