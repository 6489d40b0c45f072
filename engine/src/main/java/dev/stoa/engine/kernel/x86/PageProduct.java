package dev.stoa.engine.kernel.x86;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Products of attention with pages of bfloat16 in machine code, for one head size. Thread-safe. */
public final class PageProduct {
    /** What a head size must be a multiple of, and the numbers of a head in one call of {@link #sum}. */
    public static final int CHUNK = PageProgram.CHUNK;

    private static final FunctionDescriptor SUMS_OF_PAGE = FunctionDescriptor.ofVoid(
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
    private static final MethodHandle SUMS = handle(SUMS_OF_PAGE);
    private static final MethodHandle PAIR_SUMS =
            handle(SUMS_OF_PAGE.appendArgumentLayouts(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle SCORES = handle(FunctionDescriptor.ofVoid(
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
            ValueLayout.JAVA_LONG));

    private static final int PAGE = 16;

    private final int headSize;
    /** By the number of queries, from one on. */
    private final MemorySegment[] scores;

    private final MemorySegment[] sums;
    /** Empty where pages are added one by one. */
    private final MemorySegment[] pairSums;

    /**
     * Makes the programs.
     *
     * @throws UnsupportedOperationException where they can't run, with the reason
     */
    public PageProduct(InstructionSet instructions, int headSize) {
        instructions.require();
        this.headSize = headSize;
        PageProgram one = program(instructions, 1, headSize);
        int pairs = one.sumsOfPairs() ? one.sumQueries() : 0;
        byte[][] programs = Stream.of(
                        programs(instructions, one.scoreQueries(), PageProgram::scores),
                        programs(instructions, one.sumQueries(), PageProgram::sums),
                        programs(instructions, pairs, PageProgram::pairSums))
                .flatMap(Function.identity())
                .toArray(byte[][]::new);
        MemorySegment[] placed = MachineCode.place(programs);
        this.scores = Arrays.copyOf(placed, one.scoreQueries());
        this.sums = Arrays.copyOfRange(placed, one.scoreQueries(), placed.length - pairs);
        this.pairSums = Arrays.copyOfRange(placed, placed.length - pairs, placed.length);
    }

    /** One for each number of queries. */
    private Stream<byte[]> programs(InstructionSet instructions, int queries, Function<PageProgram, byte[]> kind) {
        return IntStream.rangeClosed(1, queries).mapToObj(count -> kind.apply(program(instructions, count, headSize)));
    }

    /** Queries of one call of {@link #score} at most. */
    public int scoreQueries() {
        return scores.length;
    }

    /** Queries of one call of {@link #sum} at most. */
    public int sumQueries() {
        return sums.length;
    }

    static PageProgram program(InstructionSet instructions, int queries, int headSize) {
        return switch (instructions) {
            case AVX512_VNNI -> new Avx512PageProgram(queries, headSize);
            case AVX2 -> new Avx2PageProgram(queries, headSize);
        };
    }

    private static MethodHandle handle(FunctionDescriptor form) {
        return Linker.nativeLinker().downcallHandle(form, Linker.Option.critical(true));
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

    /**
     * See {@link PageProgram#sums}, over two pages; {@code stride} and places in bytes. Nothing is checked unless assertions
     * are on.
     *
     * @param second the page of the tokens from the 17th on
     * @param at where the values begin in both pages
     * @param tokens of both
     * @param aheadAt where memory to ask for begins in both
     */
    public void sum(
            int count,
            MemorySegment first,
            MemorySegment second,
            long at,
            MemorySegment scores,
            long scoresAt,
            long stride,
            MemorySegment sums,
            long sumsAt,
            int tokens,
            MemorySegment firstAhead,
            MemorySegment secondAhead,
            long aheadAt) {
        assert tokens > 0 && tokens <= 2 * PAGE : "tokens";
        assert first.byteSize() - at >= ((Math.min(tokens, PAGE) - 1) * headSize + CHUNK) * Short.BYTES : "page";
        assert second.byteSize() - at >= ((tokens - PAGE - 1) * headSize + CHUNK) * Short.BYTES : "second page";
        assert scores.byteSize() - scoresAt >= (count - 1) * stride + (long) tokens * Float.BYTES : "scores";
        assert sums.byteSize() - sumsAt >= ((count - 0.5) * headSize + CHUNK / 2.0) * Float.BYTES : "sums";
        try {
            if (tokens > PAGE && pairSums.length > 0) {
                PAIR_SUMS.invokeExact(
                        pairSums[count - 1],
                        first,
                        scores,
                        stride,
                        sums,
                        (long) PAGE,
                        firstAhead,
                        at,
                        scoresAt,
                        sumsAt,
                        aheadAt,
                        second,
                        secondAhead,
                        (long) tokens - PAGE);
                return;
            }
            MemorySegment program = this.sums[count - 1];
            long here = Math.min(tokens, PAGE);
            SUMS.invokeExact(program, first, scores, stride, sums, here, firstAhead, at, scoresAt, sumsAt, aheadAt);
            if (tokens > PAGE) {
                long further = scoresAt + PAGE * Float.BYTES;
                long rest = tokens - PAGE;
                SUMS.invokeExact(
                        program, second, scores, stride, sums, rest, secondAhead, at, further, sumsAt, aheadAt);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
