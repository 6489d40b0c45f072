package dev.stoa.engine.kernel.x86;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Products of a panel of 32 packed matrix rows with input rows in machine code. Thread-safe.
 *
 * <p>Calls read and write Java arrays in place, so no collection of garbage can begin until one returns: callers keep them
 * to some ten microseconds.
 */
public final class DotProduct {
    /** What the weights of a panel look like. */
    public enum Weights {
        /** {@link dev.stoa.engine.kernel.Form#FOUR}. */
        NIBBLES(4),
        /** The same, with a minimum for each block. */
        NIBBLES_WITH_MINIMUMS(4),
        /** {@link dev.stoa.engine.kernel.Form#FIVE}. */
        FIVES(5),
        /** The same, with a minimum for each block. */
        FIVES_WITH_MINIMUMS(5),
        /** {@link dev.stoa.engine.kernel.Form#SIX}. */
        SIXES(6),
        /** {@link dev.stoa.engine.kernel.Form#EIGHT}. */
        BYTES(8);

        private final int words;

        /** @param words of a matrix row in a block */
        Weights(int words) {
            this.words = words;
        }
    }

    private static final long PANEL_BYTES = 32L * Float.BYTES;

    /** Static and final, so that the compiler calls the function directly. */
    private static final MethodHandle CALL = Linker.nativeLinker()
            .downcallHandle(
                    FunctionDescriptor.ofVoid(
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.critical(true));

    private final InstructionSet instructions;
    private final int maxRows;
    /** A program for each kind of weights and number of rows. */
    private final MemorySegment[] programs;

    /**
     * Makes the programs.
     *
     * @throws UnsupportedOperationException where they can't run, with the reason
     */
    public DotProduct(InstructionSet instructions) {
        instructions.require();
        this.instructions = instructions;
        this.maxRows = switch (instructions) {
            case AVX512_VNNI -> Avx512DotProgram.MAX_ROWS;
            case AVX2 -> Avx2DotProgram.MAX_ROWS;
        };
        byte[][] code = new byte[Weights.values().length * maxRows][];
        for (Weights weights : Weights.values()) {
            for (int rows = 1; rows <= maxRows; rows++) {
                code[index(weights, rows)] = switch (instructions) {
                    case AVX512_VNNI -> avx512(weights, rows);
                    case AVX2 -> avx2(weights, rows);
                };
            }
        }
        this.programs = MachineCode.place(code);
    }

    private static byte[] avx512(Weights weights, int rows) {
        return switch (weights) {
            case NIBBLES -> Avx512DotProgram.nibbles(rows, false);
            case NIBBLES_WITH_MINIMUMS -> Avx512DotProgram.nibbles(rows, true);
            case FIVES -> Avx512DotProgram.fives(rows, false);
            case FIVES_WITH_MINIMUMS -> Avx512DotProgram.fives(rows, true);
            case SIXES -> Avx512DotProgram.sixes(rows);
            case BYTES -> Avx512DotProgram.bytes(rows);
        };
    }

    private static byte[] avx2(Weights weights, int rows) {
        return switch (weights) {
            case NIBBLES -> Avx2DotProgram.nibbles(rows, false);
            case NIBBLES_WITH_MINIMUMS -> Avx2DotProgram.nibbles(rows, true);
            case FIVES -> Avx2DotProgram.fives(rows, false);
            case FIVES_WITH_MINIMUMS -> Avx2DotProgram.fives(rows, true);
            case SIXES -> Avx2DotProgram.sixes(rows);
            case BYTES -> Avx2DotProgram.bytes(rows);
        };
    }

    private int index(Weights weights, int rows) {
        return weights.ordinal() * maxRows + rows - 1;
    }

    /** What the programs are written for. */
    public InstructionSet instructions() {
        return instructions;
    }

    /** Input rows of one call at most. */
    public int maxRows() {
        return maxRows;
    }

    /**
     * Adds {@code blocks} blocks of a panel times {@code rows} input rows to {@code result}. Nothing is checked unless
     * assertions are on: what lies beyond the arrays would be read and written.
     *
     * @param words the panel's packed numbers, from the first block
     * @param x the first row's {@link InputRecord} of the first block; the other rows' follow
     * @param stride bytes from a block's records to the next block's
     * @param scales shape {@code [blocks][2][32]}
     * @param minimums shape {@code [blocks][32]}
     * @param result shape {@code [rows][32]}
     */
    public void add(
            Weights weights,
            int rows,
            MemorySegment words,
            MemorySegment x,
            long stride,
            MemorySegment scales,
            MemorySegment minimums,
            MemorySegment result,
            long blocks) {
        assert blocks > 0 && words.byteSize() >= blocks * weights.words * PANEL_BYTES : "words";
        assert x.byteSize() >= (blocks - 1) * stride + (long) rows * InputRecord.WORDS * Integer.BYTES : "x";
        assert scales.byteSize() >= blocks * 2 * PANEL_BYTES && minimums.byteSize() >= blocks * PANEL_BYTES : "scales";
        assert result.byteSize() >= rows * PANEL_BYTES : "result";
        try {
            CALL.invokeExact(programs[index(weights, rows)], words, x, stride, scales, minimums, result, blocks);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
