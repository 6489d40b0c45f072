package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.DotProduct.Weights;

/**
 * {@link DotProgram} for AVX-512 VNNI. A register holds 16 matrix rows, a panel is two.
 *
 * <p>Registers: results, sums of the block, then {@link #W0} to {@link #TEMPORARY} and two constants.
 */
final class Avx512DotProgram extends DotProgram {
    /** Input rows that share each word that is taken apart: as many as there are registers for. */
    static final int MAX_ROWS = 6;

    /** Floats of a register. */
    private static final int LANES = 16;

    private static final int REGISTER_BYTES = LANES * Float.BYTES;

    private static final int W0 = 24;
    private static final int W1 = 25;
    private static final int W2 = 26;
    private static final int W3 = 27;
    private static final int TEMPORARY = 28;
    private static final int UPPER = 30;
    private static final int CONSTANT = 31;

    /** What makes signed bytes unsigned, see {@link #byteBlock}. */
    private static final int SIGN_BITS = 0x80808080;

    Avx512DotProgram(Weights weights, int rows) {
        super(Encoding.EVEX, weights, rows, MAX_ROWS, new Registers(W0, CONSTANT, UPPER, SIGN_BITS));
    }

    @Override
    void loadResults() {
        eachRegister((register, row, half) -> assembler.load(register, RESULTS, resultAt(row, half)));
    }

    @Override
    void storeResults() {
        eachRegister((register, row, half) -> assembler.store(register, RESULTS, resultAt(row, half)));
    }

    @Override
    void nibbleBlock() {
        eachRegister((_, row, half) -> assembler.xor(sum(row, half), sum(row, half), sum(row, half)));
        for (int word = 0; word < 4; word++) {
            load(word);
            nibbles();
            dots(W0, W1, 4 * word);
            dots(W2, W3, 4 * word + 1);
        }
        settleWithMinimums();
    }

    @Override
    void fiveBlock() {
        begin(InputRecord.MINUS_16);
        for (int word = 0; word < 4; word++) {
            load(word);
            nibbles();
            for (int w = W0; w <= W3; w++) {
                fifths(w, 2 * word + (w - W0) / 2, (w - W0) % 2, word == 0 && w < W2);
            }
            dots(W0, W1, 4 * word);
            dots(W2, W3, 4 * word + 1);
        }
        settleWithMinimums();
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

    private void settleWithMinimums() {
        settle(0, InputRecord.NIBBLES.scaleWord());
        if (weights.minimums()) {
            for (int half = 0; half < 2; half++) {
                loadMinimums(W2 + half, TEMPORARY, W0 + half, half * LANES);
            }
            int sumWord = InputRecord.NIBBLES.sumWord();
            eachRegister((register, row, half) -> assembler.multiplyAdd(register, W2 + half, X, xAt(row, sumWord)));
        }
    }

    /** The instruction wants one side unsigned, so 128 is added to each weight, and taken away as a part of the sum. */
    @Override
    void byteBlock() {
        begin(InputRecord.MINUS_128);
        for (int word = 0; word < 8; word++) {
            load(word);
            assembler.xor(W0, W0, CONSTANT);
            assembler.xor(W1, W1, CONSTANT);
            dots(W0, W1, word);
        }
        settle(0, InputRecord.BYTES.scaleWord());
    }

    @Override
    void sixBlock() {
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
            shift(low, -4 * part);
            assembler.and(low, low, CONSTANT);
            shift(upper, 4 - 2 * word);
            assembler.orAnd(low, upper, UPPER);
        }
    }

    /** Loads one word of all 32 rows. */
    private void load(int word) {
        for (int half = 0; half < 2; half++) {
            int at = word * PANEL_BYTES + half * REGISTER_BYTES;
            assembler.load(W0 + half, WORDS, at);
            ask(at);
        }
    }

    private void dots(int w0, int w1, int word) {
        for (int row = 0; row < rows; row++) {
            assembler.dotBytes(sum(row, 0), w0, X, xAt(row, word));
            assembler.dotBytes(sum(row, 1), w1, X, xAt(row, word));
        }
    }

    private void settle(int part, int scaleWord) {
        for (int half = 0; half < 2; half++) {
            loadScales(W0 + half, TEMPORARY, part, half * LANES);
        }
        eachRegister((register, row, half) -> {
            assembler.multiply(TEMPORARY, W0 + half, X, xAt(row, scaleWord));
            assembler.toFloats(sum(row, half), sum(row, half));
            assembler.multiplyAdd(register, TEMPORARY, sum(row, half));
        });
    }

    @Override
    int sum(int row, int half) {
        return 2 * rows + 2 * row + half;
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
