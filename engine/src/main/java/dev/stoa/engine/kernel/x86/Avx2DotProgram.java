package dev.stoa.engine.kernel.x86;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import dev.stoa.engine.kernel.x86.DotProduct.Weights;

/**
 * {@link DotProgram} for AVX2: a register holds 8 matrix rows, a panel is two halves of two. There is no instruction that
 * sums products of bytes into words: {@code vpmaddubsw} sums two of them into 16 bits.
 *
 * <p>Where weights have at most 6 bits, the 16 products of a 16-bit lane are summed in it, modulo 2¹⁶: with what the offset
 * takes away the sum lies within ±32,512, so it is right whatever the sums on the way were. Bytes need words at once.
 *
 * <p>Registers: sums of the block for four input rows times half a panel, then {@link #W0} to {@link #TEMPORARY} and two
 * constants. Results stay in memory, which the first-level cache holds.
 */
final class Avx2DotProgram extends DotProgram {
    /** Input rows that share each word that is taken apart: as many as there are registers for. */
    static final int MAX_ROWS = 4;

    private static final int HALF_BYTES = PANEL_BYTES / 2;
    /** Floats of a register. */
    private static final int LANES = 8;

    private static final int REGISTER_BYTES = LANES * Float.BYTES;

    private static final int W0 = 8;
    private static final int W1 = 9;
    private static final int W2 = 10;
    private static final int W3 = 11;
    private static final int INPUT = 12;
    private static final int TEMPORARY = 13;
    private static final int CONSTANT = 14;
    private static final int UPPER = 15;

    private static final int ONES = 0x00010001;

    Avx2DotProgram(Weights weights, int rows) {
        super(Encoding.VEX, weights, rows, MAX_ROWS, new Registers(W0, CONSTANT, UPPER, ONES));
    }

    @Override
    void loadResults() {}

    @Override
    void storeResults() {}

    @Override
    void nibbleBlock() {
        nibbleBlock(0);
        nibbleBlock(1);
    }

    @Override
    void fiveBlock() {
        fiveBlock(0);
        fiveBlock(1);
    }

    @Override
    void sixBlock() {
        sixBlock(0);
        sixBlock(1);
    }

    @Override
    void byteBlock() {
        byteBlock(0);
        byteBlock(1);
    }

    private void nibbleBlock(int half) {
        for (int word = 0; word < 4; word++) {
            load(half, word);
            nibbles();
            dots(W0, W1, 4 * word, word == 0);
            dots(W2, W3, 4 * word + 1, false);
        }
        settleWithMinimums(half);
    }

    private void fiveBlock(int half) {
        begin(InputRecord.MINUS_16_PAIR);
        ask(at(half, 4, 0));
        for (int word = 0; word < 4; word++) {
            load(half, word);
            nibbles();
            for (int i = 0; i < 2; i++) {
                fifths(W0 + i, half, i, 2 * word);
                fifths(W2 + i, half, i, 2 * word + 1);
            }
            dots(W0, W1, 4 * word, false);
            dots(W2, W3, 4 * word + 1, false);
        }
        settleWithMinimums(half);
    }

    /** Puts fifth bits, which are inverted and at {@code bit} of their bytes, over four others. */
    private void fifths(int w, int half, int i, int bit) {
        assembler.load(TEMPORARY, WORDS, at(half, 4, i));
        shift(TEMPORARY, 4 - bit);
        assembler.andNot(TEMPORARY, TEMPORARY, UPPER);
        assembler.or(w, w, TEMPORARY);
    }

    /** One side must be unsigned, so the weight's sign goes over to the input. */
    private void byteBlock(int half) {
        for (int word = 0; word < 8; word++) {
            load(half, word);
            assembler.absoluteBytes(W2, W0);
            assembler.absoluteBytes(W3, W1);
            for (int row = 0; row < rows; row++) {
                assembler.broadcast(INPUT, X, xAt(row, word));
                for (int i = 0; i < 2; i++) {
                    assembler.signBytes(TEMPORARY, INPUT, W0 + i);
                    assembler.pairsOfBytes(TEMPORARY, W2 + i, TEMPORARY);
                    if (word == 0) {
                        assembler.pairsOfShorts(sum(row, i), TEMPORARY, CONSTANT);
                    } else {
                        assembler.pairsOfShorts(TEMPORARY, TEMPORARY, CONSTANT);
                        assembler.addInts(sum(row, i), sum(row, i), TEMPORARY);
                    }
                }
            }
        }
        settle(half, 0, InputRecord.BYTES.scaleWord());
    }

    private void sixBlock(int half) {
        for (int part = 0; part < 2; part++) {
            begin(InputRecord.MINUS_32_PAIR + part);
            ask(at(half, 4 + part, 0));
            for (int word = 0; word < 4; word++) {
                for (int i = 0; i < 2; i++) {
                    sixWord(half, i, word, part);
                }
                dots(W0, W1, 4 * part + word, false);
            }
            widen();
            settle(half, part, InputRecord.BYTES.scaleWord());
        }
    }

    /** Low bits from the word's lower or upper nibbles, two upper bits from the part's own word. */
    private void sixWord(int half, int i, int word, int part) {
        int low = W0 + i;
        int upper = W2 + i;
        assembler.load(low, WORDS, at(half, word, i));
        if (i == 0 && part == 0) {
            ask(at(half, word, i));
        }
        assembler.load(upper, WORDS, at(half, 4 + part, i));
        shift(low, -4 * part);
        assembler.and(low, low, CONSTANT);
        shift(upper, 4 - 2 * word);
        assembler.and(upper, upper, UPPER);
        assembler.or(low, low, upper);
    }

    /** Loads one word of half the panel's rows: a cache line. */
    private void load(int half, int word) {
        assembler.load(W0, WORDS, at(half, word, 0));
        assembler.load(W1, WORDS, at(half, word, 1));
        ask(at(half, word, 0));
    }

    /** Adds products to the 16-bit sums, or begins them. */
    private void dots(int w0, int w1, int word, boolean first) {
        for (int row = 0; row < rows; row++) {
            assembler.broadcast(INPUT, X, xAt(row, word));
            for (int i = 0; i < 2; i++) {
                int w = i == 0 ? w0 : w1;
                if (first) {
                    assembler.pairsOfBytes(sum(row, i), w, INPUT);
                } else {
                    assembler.pairsOfBytes(TEMPORARY, w, INPUT);
                    assembler.addShorts(sum(row, i), sum(row, i), TEMPORARY);
                }
            }
        }
    }

    /** Makes words of the 16-bit sums. */
    private void widen() {
        assembler.equalShorts(INPUT, INPUT, INPUT);
        assembler.shiftShortsRight(INPUT, INPUT, 15);
        eachRow((row, i) -> assembler.pairsOfShorts(sum(row, i), sum(row, i), INPUT));
    }

    private void settleWithMinimums(int half) {
        widen();
        settle(half, 0, InputRecord.NIBBLES.scaleWord());
        if (!weights.minimums()) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            loadMinimums(W2 + i, TEMPORARY, W0 + i, (2 * half + i) * LANES);
        }
        for (int row = 0; row < rows; row++) {
            assembler.broadcast(INPUT, X, xAt(row, InputRecord.NIBBLES.sumWord()));
            for (int i = 0; i < 2; i++) {
                int result = resultAt(half, row, i);
                assembler.load(TEMPORARY, RESULTS, result);
                assembler.multiplyAdd(TEMPORARY, W2 + i, INPUT);
                assembler.store(TEMPORARY, RESULTS, result);
            }
        }
    }

    private void settle(int half, int part, int scaleWord) {
        for (int i = 0; i < 2; i++) {
            loadScales(W0 + i, TEMPORARY, part, (2 * half + i) * LANES);
        }
        for (int row = 0; row < rows; row++) {
            assembler.broadcast(INPUT, X, xAt(row, scaleWord));
            for (int i = 0; i < 2; i++) {
                int result = resultAt(half, row, i);
                assembler.load(W2, RESULTS, result);
                assembler.multiply(TEMPORARY, W0 + i, INPUT);
                assembler.toFloats(sum(row, i), sum(row, i));
                assembler.multiplyAdd(W2, TEMPORARY, sum(row, i));
                assembler.store(W2, RESULTS, result);
            }
        }
    }

    @Override
    int sum(int row, int i) {
        return 2 * row + i;
    }

    private static int at(int half, int word, int i) {
        return word * PANEL_BYTES + half * HALF_BYTES + i * REGISTER_BYTES;
    }

    private static int resultAt(int half, int row, int i) {
        return row * PANEL_BYTES + half * HALF_BYTES + i * REGISTER_BYTES;
    }

    private interface EachRow {
        void accept(int row, int i);
    }

    private void eachRow(EachRow each) {
        for (int row = 0; row < rows; row++) {
            each.accept(row, 0);
            each.accept(row, 1);
        }
    }
}
