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
    /** How a panel's scales and minimums lie in memory: as {@link dev.stoa.engine.kernel.PackedMatrix} has them. */
    enum Scales {
        /** For each block 32 half scales. */
        HALVES(1, 0, 32 * Short.BYTES),
        /** For each block 32 half scales and 32 half minimums. */
        HALF_PAIRS(1, 0, 2 * 32 * Short.BYTES),
        /** For 8 blocks 32 half scales and 32 half minimums; then for each block 32 bytes to multiply each of them with. */
        BYTE_PAIRS(8, 2 * 32 * Short.BYTES, 2 * 32),
        /** For 8 blocks 32 half scales; then for each half of a block 32 bytes to multiply them with. */
        SIGNED_BYTES(8, 32 * Short.BYTES, 2 * 32);

        private final int blocks;
        private final int headBytes;
        private final int blockBytes;

        /**
         * @param blocks that share what is at their group's head
         * @param blockBytes that each has behind it
         */
        Scales(int blocks, int headBytes, int blockBytes) {
            this.blocks = blocks;
            this.headBytes = headBytes;
            this.blockBytes = blockBytes;
        }

        /** Blocks of a group. */
        int blocks() {
            return blocks;
        }

        int headBytes() {
            return headBytes;
        }

        int blockBytes() {
            return blockBytes;
        }

        int groupBytes() {
            return headBytes + blocks * blockBytes;
        }
    }

    /** What the weights of a panel look like, by the type of ggml that they come from. */
    public enum Weights {
        Q4_0(4, Scales.HALVES, -8),
        Q4_1(4, Scales.HALF_PAIRS, 0),
        Q5_0(5, Scales.HALVES, 0),
        Q5_1(5, Scales.HALF_PAIRS, 16),
        Q8_0(8, Scales.HALVES, 0),
        Q4_K(4, Scales.BYTE_PAIRS, 0),
        Q5_K(5, Scales.BYTE_PAIRS, 16),
        Q6_K(6, Scales.SIGNED_BYTES, 0);

        private final int words;
        private final Scales scales;
        private final float minimumFactor;

        /**
         * @param words of a matrix row in a block
         * @param minimumFactor what of the scale is added to the minimum
         */
        Weights(int words, Scales scales, float minimumFactor) {
            this.words = words;
            this.scales = scales;
            this.minimumFactor = minimumFactor;
        }

        int words() {
            return words;
        }

        Scales scales() {
            return scales;
        }

        /** What of the scale is added to the minimum. */
        public float minimumFactor() {
            return minimumFactor;
        }

        /** Whether blocks have minimums. */
        public boolean minimums() {
            return scales == Scales.HALF_PAIRS || scales == Scales.BYTE_PAIRS || minimumFactor != 0;
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
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
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
                code[index(weights, rows)] =
                        program(instructions, weights, rows).write();
            }
        }
        this.programs = MachineCode.place(code);
    }

    static DotProgram program(InstructionSet instructions, Weights weights, int rows) {
        return switch (instructions) {
            case AVX512_VNNI -> new Avx512DotProgram(weights, rows);
            case AVX2 -> new Avx2DotProgram(weights, rows);
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
     * assertions are on: what lies beyond the arrays would be read and written. Places in the arrays are in bytes; a slice
     * for each would cost more than all else of a call.
     *
     * @param words the panel's packed numbers, from the first block
     * @param x the first row's {@link InputRecord} of the first block; the other rows' follow
     * @param stride bytes from a block's records to the next block's
     * @param scales the panel's packed scales, from the first block
     * @param result shape {@code [rows][32]}
     */
    public void add(
            Weights weights,
            int rows,
            MemorySegment words,
            long wordsAt,
            MemorySegment x,
            long xAt,
            long stride,
            MemorySegment scales,
            long scalesAt,
            MemorySegment result,
            long resultAt,
            long blocks) {
        assert blocks > 0 && words.byteSize() - wordsAt >= blocks * weights.words * PANEL_BYTES : "words";
        assert x.byteSize() - xAt >= (blocks - 1) * stride + (long) rows * InputRecord.WORDS * Integer.BYTES : "x";
        assert blocks % weights.scales.blocks == 0 : "a part of a group";
        assert scales.byteSize() - scalesAt >= blocks / weights.scales.blocks * weights.scales.groupBytes() : "scales";
        assert result.byteSize() - resultAt >= rows * PANEL_BYTES : "result";
        try {
            CALL.invokeExact(
                    programs[index(weights, rows)],
                    words,
                    x,
                    stride,
                    scales,
                    result,
                    blocks,
                    wordsAt,
                    xAt,
                    scalesAt,
                    resultAt);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
