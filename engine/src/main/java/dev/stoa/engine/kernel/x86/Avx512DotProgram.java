package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.Assembler.Register;

/**
 * Writes the product of one panel of 32 matrix rows with one to {@value #MAX_ROWS} input rows.
 *
 * <p>The function's arguments: the panel's words, the first input row's record of the first block, the bytes from one block's
 * records to the next's, the scales {@code [blocks][2][32]}, the minimums {@code [blocks][32]}, the results {@code
 * [rows][32]}, to which it adds, and the number of blocks, at least one. A register holds 16 matrix rows, a panel is two.
 *
 * <p>For each block it does what {@link dev.stoa.engine.kernel.VectorKernels} does: a whole-number dot product, exact in any
 * order, then {@code result = fma(scale · scaleₓ, dot, result)} and {@code result = fma(minimum, sum, result)}.
 *
 * <p>Registers: results, sums of the block, then {@link #W0} to {@link #TEMPORARY} and two constants.
 */
final class Avx512DotProgram {
    /** Input rows that share each word that is taken apart: as many as there are registers for. */
    static final int MAX_ROWS = 6;

    private static final int PANEL_BYTES = 32 * Float.BYTES;
    private static final int REGISTER_BYTES = 16 * Float.BYTES;

    private static final int W0 = 24;
    private static final int W1 = 25;
    private static final int W2 = 26;
    private static final int W3 = 27;
    private static final int TEMPORARY = 28;
    private static final int UPPER = 30;
    private static final int CONSTANT = 31;

    private static final Register WORDS = Register.RDI;
    private static final Register X = Register.RSI;
    private static final Register X_STRIDE = Register.RDX;
    private static final Register SCALES = Register.RCX;
    private static final Register MINIMUMS = Register.R8;
    private static final Register RESULTS = Register.R9;
    private static final Register BLOCKS = Register.RAX;
    private static final int BLOCKS_ARGUMENT = 8;

    /** Few rows wait for memory: lines are asked for so many bytes ahead, over the end of a panel to the next. */
    private static final int AHEAD = 4096;

    /** Rows up to which that pays. */
    private static final int AHEAD_ROWS = 2;

    private final Assembler assembler = new Assembler(Encoding.EVEX);
    private final int rows;

    private Avx512DotProgram(int rows) {
        if (rows < 1 || rows > MAX_ROWS) {
            throw new IllegalArgumentException("1 to " + MAX_ROWS + " rows, not " + rows);
        }
        this.rows = rows;
    }

    /** 4-bit numbers, see {@link InputRecord#NIBBLES}. */
    static byte[] nibbles(int rows, boolean minimums) {
        Avx512DotProgram program = new Avx512DotProgram(rows);
        program.constant(CONSTANT, 0x0f0f0f0f);
        return program.loop(4, () -> program.nibbleBlock(minimums));
    }

    /** 5-bit numbers, see {@link InputRecord#NIBBLES}. */
    static byte[] fives(int rows, boolean minimums) {
        Avx512DotProgram program = new Avx512DotProgram(rows);
        program.constant(CONSTANT, 0x0f0f0f0f);
        program.constant(UPPER, 0x10101010);
        return program.loop(5, () -> program.fiveBlock(minimums));
    }

    /** Signed bytes, see {@link InputRecord#BYTES}. */
    static byte[] bytes(int rows) {
        Avx512DotProgram program = new Avx512DotProgram(rows);
        program.constant(CONSTANT, 0x80808080);
        return program.loop(8, program::byteBlock);
    }

    /** 6-bit numbers with a scale for each 16 columns. */
    static byte[] sixes(int rows) {
        Avx512DotProgram program = new Avx512DotProgram(rows);
        program.constant(CONSTANT, 0x0f0f0f0f);
        program.constant(UPPER, 0x30303030);
        return program.loop(6, program::sixBlock);
    }

    private void constant(int to, int word) {
        assembler.set(BLOCKS, word);
        assembler.broadcast(to, BLOCKS);
    }

    private byte[] loop(int words, Runnable block) {
        assembler.loadArgument(BLOCKS, BLOCKS_ARGUMENT);
        eachRegister((register, row, half) -> assembler.load(register, RESULTS, resultAt(row, half)));
        int begin = assembler.here();
        block.run();
        assembler.add(WORDS, words * PANEL_BYTES);
        assembler.add(X, X_STRIDE);
        assembler.add(SCALES, 2 * PANEL_BYTES);
        assembler.add(MINIMUMS, PANEL_BYTES);
        assembler.add(BLOCKS, -1);
        assembler.jumpIfNotZero(begin);
        eachRegister((register, row, half) -> assembler.store(register, RESULTS, resultAt(row, half)));
        assembler.end();
        return assembler.bytes();
    }

    private void nibbleBlock(boolean minimums) {
        eachRegister((_, row, half) -> assembler.xor(sum(row, half), sum(row, half), sum(row, half)));
        for (int word = 0; word < 4; word++) {
            nibbles(word);
            dots(W0, W1, 4 * word);
            dots(W2, W3, 4 * word + 1);
        }
        settleWithMinimums(minimums);
    }

    private void fiveBlock(boolean minimums) {
        begin(InputRecord.MINUS_16);
        for (int word = 0; word < 4; word++) {
            nibbles(word);
            for (int w = W0; w <= W3; w++) {
                fifths(w, 2 * word + (w - W0) / 2, (w - W0) % 2, word == 0 && w < W2);
            }
            dots(W0, W1, 4 * word);
            dots(W2, W3, 4 * word + 1);
        }
        settleWithMinimums(minimums);
    }

    /** Takes one word apart: the lower nibbles of its bytes, and the upper ones. */
    private void nibbles(int word) {
        load(word);
        assembler.shiftRight(W2, W0, 4);
        assembler.shiftRight(W3, W1, 4);
        for (int w = W0; w <= W3; w++) {
            assembler.and(w, w, CONSTANT);
        }
    }

    /** Puts fifth bits, which are inverted and at {@code bit} of their bytes, over four others. */
    private void fifths(int w, int bit, int half, boolean first) {
        int at = 4 * PANEL_BYTES + half * REGISTER_BYTES;
        if (first) {
            ask(at);
        }
        if (bit < 4) {
            assembler.shiftLeft(TEMPORARY, WORDS, at, 4 - bit);
        } else if (bit > 4) {
            assembler.shiftRight(TEMPORARY, WORDS, at, bit - 4);
        } else {
            assembler.load(TEMPORARY, WORDS, at);
        }
        assembler.orAndNot(w, TEMPORARY, UPPER);
    }

    private void settleWithMinimums(boolean minimums) {
        settle(0, InputRecord.NIBBLES.scaleWord());
        if (minimums) {
            assembler.load(W0, MINIMUMS, 0);
            assembler.load(W1, MINIMUMS, REGISTER_BYTES);
            int sumWord = InputRecord.NIBBLES.sumWord();
            eachRegister((register, row, half) -> assembler.multiplyAdd(register, W0 + half, X, xAt(row, sumWord)));
        }
    }

    /** The instruction wants one side unsigned, so 128 is added to each weight, and taken away as a part of the sum. */
    private void byteBlock() {
        begin(InputRecord.MINUS_128);
        for (int word = 0; word < 8; word++) {
            load(word);
            assembler.xor(W0, W0, CONSTANT);
            assembler.xor(W1, W1, CONSTANT);
            dots(W0, W1, word);
        }
        settle(0, InputRecord.BYTES.scaleWord());
    }

    private void sixBlock() {
        for (int part = 0; part < 2; part++) {
            begin(InputRecord.MINUS_32 + part);
            for (int word = 0; word < 4; word++) {
                sixWord(word, part);
                dots(W0, W1, 4 * part + word);
            }
            settle(part, InputRecord.BYTES.scaleWord());
        }
    }

    /** Low bits from the word's lower or upper nibbles, two upper bits from the part's own word. */
    private void sixWord(int word, int part) {
        for (int half = 0; half < 2; half++) {
            int low = W0 + half;
            int upper = W2 + half;
            assembler.load(low, WORDS, word * PANEL_BYTES + half * REGISTER_BYTES);
            if (part == 0) {
                ask(word * PANEL_BYTES + half * REGISTER_BYTES);
            } else if (word < 2) {
                ask((4 + word) * PANEL_BYTES + half * REGISTER_BYTES);
            }
            assembler.load(upper, WORDS, (4 + part) * PANEL_BYTES + half * REGISTER_BYTES);
            if (part == 1) {
                assembler.shiftRight(low, low, 4);
            }
            assembler.and(low, low, CONSTANT);
            int left = 4 - 2 * word;
            if (left > 0) {
                assembler.shiftLeft(upper, upper, left);
            } else if (left < 0) {
                assembler.shiftRight(upper, upper, -left);
            }
            assembler.orAnd(low, upper, UPPER);
        }
    }

    private void begin(int word) {
        eachRegister((_, row, half) -> assembler.broadcast(sum(row, half), X, xAt(row, word)));
    }

    /** Loads one word of all 32 rows. */
    private void load(int word) {
        for (int half = 0; half < 2; half++) {
            int at = word * PANEL_BYTES + half * REGISTER_BYTES;
            assembler.load(W0 + half, WORDS, at);
            ask(at);
        }
    }

    private void ask(int at) {
        if (rows <= AHEAD_ROWS) {
            assembler.prefetch(WORDS, at + AHEAD);
        }
    }

    private void dots(int w0, int w1, int word) {
        for (int row = 0; row < rows; row++) {
            assembler.dotBytes(sum(row, 0), w0, X, xAt(row, word));
            assembler.dotBytes(sum(row, 1), w1, X, xAt(row, word));
        }
    }

    private void settle(int part, int scaleWord) {
        assembler.load(W0, SCALES, part * PANEL_BYTES);
        assembler.load(W1, SCALES, part * PANEL_BYTES + REGISTER_BYTES);
        eachRegister((register, row, half) -> {
            assembler.multiply(TEMPORARY, W0 + half, X, xAt(row, scaleWord));
            assembler.toFloats(sum(row, half), sum(row, half));
            assembler.multiplyAdd(register, TEMPORARY, sum(row, half));
        });
    }

    private int sum(int row, int half) {
        return 2 * rows + 2 * row + half;
    }

    private static int xAt(int row, int word) {
        return (row * InputRecord.WORDS + word) * Integer.BYTES;
    }

    private static int resultAt(int row, int half) {
        return row * PANEL_BYTES + half * REGISTER_BYTES;
    }

    private interface Each {
        void accept(int register, int row, int half);
    }

    private void eachRegister(Each each) {
        for (int row = 0; row < rows; row++) {
            for (int half = 0; half < 2; half++) {
                each.accept(2 * row + half, row, half);
            }
        }
    }
}
