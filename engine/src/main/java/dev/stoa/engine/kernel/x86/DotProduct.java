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

        int words() {
            return words;
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
                code[index(weights, rows)] = program(instructions, rows).write(weights);
            }
        }
        this.programs = MachineCode.place(code);
    }

    static DotProgram program(InstructionSet instructions, int rows) {
        return switch (instructions) {
            case AVX512_VNNI -> new Avx512DotProgram(rows);
            case AVX2 -> new Avx2DotProgram(rows);
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
