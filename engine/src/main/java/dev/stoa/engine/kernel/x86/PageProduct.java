package dev.stoa.engine.kernel.x86;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/** Products of attention with pages of bfloat16 in machine code, for one head size. Thread-safe. */
public final class PageProduct {
    /** Queries of one call at most. */
    public static final int MAX_QUERIES = PageProgram.MAX_QUERIES;

    /** What a head size must be a multiple of, and the numbers of a head in one call of {@link #sum}. */
    public static final int CHUNK = PageProgram.CHUNK;

    private static final MethodHandle SCORES = handle(
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle SUMS = handle(
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);

    private static final int PAGE = 16;

    private final int headSize;
    private final MemorySegment[] scores;
    private final MemorySegment[] sums;

    /**
     * Makes the programs.
     *
     * @throws UnsupportedOperationException where they can't run, with the reason
     */
    public PageProduct(InstructionSet instructions, int headSize) {
        instructions.require();
        this.headSize = headSize;
        byte[][] programs = new byte[2 * MAX_QUERIES][];
        for (int queries = 1; queries <= MAX_QUERIES; queries++) {
            programs[queries - 1] = program(instructions, queries, headSize).scores();
            programs[MAX_QUERIES + queries - 1] =
                    program(instructions, queries, headSize).sums();
        }
        MemorySegment[] placed = MachineCode.place(programs);
        this.scores = Arrays.copyOf(placed, MAX_QUERIES);
        this.sums = Arrays.copyOfRange(placed, MAX_QUERIES, placed.length);
    }

    static PageProgram program(InstructionSet instructions, int queries, int headSize) {
        return switch (instructions) {
            case AVX512_VNNI -> new Avx512PageProgram(queries, headSize);
            case AVX2 -> new Avx2PageProgram(queries, headSize);
        };
    }

    private static MethodHandle handle(ValueLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(arguments), Linker.Option.critical(true));
    }

    /**
     * See {@link PageProgram#scores}; {@code stride} and places in bytes. Nothing is checked unless assertions are on.
     *
     * @param at where the keys begin in both pages
     * @param aheadAt where they begin in those to ask for
     */
    public void score(
            int count,
            MemorySegment first,
            MemorySegment second,
            long at,
            MemorySegment queries,
            long queriesAt,
            MemorySegment scores,
            long scoresAt,
            long stride,
            MemorySegment firstAhead,
            MemorySegment secondAhead,
            long aheadAt) {
        assert Math.min(first.byteSize(), second.byteSize()) - at >= (long) headSize * PAGE * Short.BYTES : "page";
        assert queries.byteSize() - queriesAt >= (long) count * headSize * Float.BYTES : "queries";
        assert scores.byteSize() - scoresAt >= (count - 1) * stride + 2L * PAGE * Float.BYTES : "scores";
        try {
            SCORES.invokeExact(
                    this.scores[count - 1],
                    first,
                    second,
                    queries,
                    scores,
                    stride,
                    firstAhead,
                    secondAhead,
                    at,
                    queriesAt,
                    scoresAt,
                    aheadAt);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** See {@link PageProgram#sums}; {@code stride} and places in bytes. Nothing is checked unless assertions are on. */
    public void sum(
            int count,
            MemorySegment page,
            long at,
            MemorySegment scores,
            long scoresAt,
            long stride,
            MemorySegment sums,
            long sumsAt,
            long tokens,
            MemorySegment ahead,
            long aheadAt) {
        assert tokens > 0 && tokens <= PAGE : "tokens";
        assert page.byteSize() - at >= ((tokens - 1) * headSize + CHUNK) * Short.BYTES : "page";
        assert scores.byteSize() - scoresAt >= (count - 1) * stride + tokens * Float.BYTES : "scores";
        assert sums.byteSize() - sumsAt >= ((count - 0.5) * headSize + CHUNK / 2.0) * Float.BYTES : "sums";
        try {
            SUMS.invokeExact(
                    this.sums[count - 1], page, scores, stride, sums, tokens, ahead, at, scoresAt, sumsAt, aheadAt);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
