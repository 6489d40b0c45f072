package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;
import dev.stoa.engine.kernel.x86.DotProduct.Scales;
import dev.stoa.engine.kernel.x86.DotProduct.Weights;

/**
 * Writes the product of one panel of 32 matrix rows with a few input rows; what is the same for all instruction sets.
 *
 * <p>The function's arguments: the panel's words, the first input row's record of the first block, the bytes from one block's
 * records to the next's, the scales, the results {@code [rows][32]}, to which it adds, and the number of blocks, at least
 * one; then, of the words, the records, the scales and the results, how many bytes behind those addresses they begin.
 *
 * <p>For each block it does what {@link dev.stoa.engine.kernel.VectorKernels} does: a whole-number dot product, exact in any
 * order, then {@code result = fma(scale · scaleₓ, dot, result)} and {@code result = fma(minimum, sum, result)}. For one
 * program; not thread-safe.
 */
abstract class DotProgram {
    private static final int ROWS = 32;
    static final int PANEL_BYTES = ROWS * Float.BYTES;

    static final Register WORDS = Register.RDI;
    static final Register X = Register.RSI;
    static final Register RESULTS = Register.R8;
    private static final Register X_STRIDE = Register.RDX;
    private static final Register SCALES = Register.RCX;
    private static final Register BLOCKS = Register.R9;
    /** Of the group that the block is in. */
    private static final Register BLOCKS_LEFT = Register.RAX;
    /** Where the block's own part of its group's scales is. */
    private static final Register SCALE_BYTES = Register.R11;
    /** Holds what of a scale is added to the minimum, as a float's bits. */
    private static final Register MINIMUM_FACTOR = Register.R10;

    private static final int LOW_NIBBLES = 0x0f0f0f0f;
    private static final int FIFTH_BITS = 0x10101010;
    private static final int UPPER_TWO_BITS = 0x30303030;

    /** Few rows wait for memory: lines are asked for so many bytes ahead, over the end of a panel to the next. */
    private static final int AHEAD = 4096;

    /** Rows up to which that pays. */
    private static final int AHEAD_ROWS = 2;

    final Assembler assembler;
    final int rows;
    final Weights weights;
    private final Scales scales;
    private final Registers registers;

    /**
     * Vector registers with the same use in every program.
     *
     * @param w0 the first of four for words that are taken apart
     * @param constant holds the mask of low nibbles, or for bytes {@code forBytes}
     * @param upper holds the mask of what lies above them
     */
    record Registers(int w0, int constant, int upper, int forBytes) {}

    DotProgram(Encoding encoding, Weights weights, int rows, int maxRows, Registers registers) {
        if (rows < 1 || rows > maxRows) {
            throw new IllegalArgumentException("1 to " + maxRows + " rows, not " + rows);
        }
        this.assembler = new Assembler(encoding);
        this.rows = rows;
        this.weights = weights;
        this.scales = weights.scales();
        this.registers = registers;
    }

    /** The whole program. Called once. */
    final byte[] write() {
        Register[] arrays = {WORDS, X, SCALES, RESULTS};
        for (int i = 0; i < arrays.length; i++) {
            assembler.addArgument(arrays[i], i);
        }
        constant(registers.constant(), weights.words() == 8 ? registers.forBytes() : LOW_NIBBLES);
        switch (weights.words()) {
            case 5 -> constant(registers.upper(), FIFTH_BITS);
            case 6 -> constant(registers.upper(), UPPER_TWO_BITS);
            default -> {}
        }
        if (weights.minimumFactor() != 0) {
            assembler.set(MINIMUM_FACTOR, Float.floatToRawIntBits(weights.minimumFactor()));
        }
        loadResults();
        int begin = assembler.here();
        group();
        assembler.add(SCALES, scales.groupBytes());
        assembler.add(BLOCKS, -scales.blocks());
        assembler.jumpIfNotZero(begin);
        storeResults();
        assembler.end();
        return assembler.bytes();
    }

    private void constant(int to, int word) {
        assembler.set(BLOCKS_LEFT, word);
        assembler.broadcast(to, BLOCKS_LEFT);
    }

    /** The blocks whose scales have a head in common. */
    private void group() {
        if (scales.blocks() > 1) {
            assembler.copy(SCALE_BYTES, SCALES);
            assembler.add(SCALE_BYTES, scales.headBytes());
            assembler.set(BLOCKS_LEFT, scales.blocks());
        }
        int begin = assembler.here();
        block();
        assembler.add(WORDS, weights.words() * PANEL_BYTES);
        assembler.add(X, X_STRIDE);
        if (scales.blocks() > 1) {
            assembler.add(SCALE_BYTES, scales.blockBytes());
            assembler.add(BLOCKS_LEFT, -1);
            assembler.jumpIfNotZero(begin);
        }
    }

    /** Before the first block, where results are kept in registers. */
    abstract void loadResults();

    /** One block of the panel with that of all input rows. */
    private void block() {
        switch (weights.words()) {
            case 4 -> nibbleBlock();
            case 5 -> fiveBlock();
            case 6 -> sixBlock();
            default -> byteBlock();
        }
    }

    abstract void nibbleBlock();

    abstract void fiveBlock();

    abstract void sixBlock();

    abstract void byteBlock();

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

    /**
     * Loads the scales of one part of the block for as many rows as a register holds.
     *
     * @param temporary a register to work with
     * @param from the first row
     */
    final void loadScales(int to, int temporary, int part, int from) {
        load(to, temporary, from, part * ROWS + from);
    }

    /**
     * Loads their minimums.
     *
     * @param rowScales the register with their scales
     */
    final void loadMinimums(int to, int temporary, int rowScales, int from) {
        if (scales != Scales.HALVES) {
            load(to, temporary, ROWS + from, ROWS + from);
        }
        if (weights.minimumFactor() != 0) {
            assembler.broadcast(temporary, MINIMUM_FACTOR);
            if (scales == Scales.HALVES) {
                assembler.multiply(to, rowScales, temporary);
            } else {
                assembler.multiplyAdd(to, rowScales, temporary);
            }
        }
    }

    /** Loads halves, counted from the group's first, times the block's bytes, if there are any. */
    private void load(int to, int temporary, int half, int byteAt) {
        assembler.halvesToFloats(to, SCALES, half * Short.BYTES);
        if (scales.blocks() > 1) {
            assembler.bytesToInts(temporary, SCALE_BYTES, byteAt);
            assembler.toFloats(temporary, temporary);
            assembler.multiply(to, to, temporary);
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
