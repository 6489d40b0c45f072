package dev.stoa.engine.kernel.x86;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

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

    /** Input rows of one call at most. */
    public static final int MAX_ROWS = DotProgram.MAX_ROWS;

    private static final long PANEL_BYTES = 32L * Float.BYTES;

    /** What Linux calls the parts of AVX-512 that the programs use. */
    private static final List<String> NEEDED = List.of("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni");

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

    /** A program for each kind of weights and number of rows. */
    private final MemorySegment[] programs;

    private DotProduct(MemorySegment[] programs) {
        this.programs = programs;
    }

    /**
     * Makes the programs of this machine.
     *
     * @throws UnsupportedOperationException where they can't run, with the reason
     */
    public static DotProduct make() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!system.equals("Linux amd64")) {
            throw new UnsupportedOperationException("machine code is for Linux amd64, not " + system);
        }
        Set<String> flags = processorFlags();
        for (String needed : NEEDED) {
            if (!flags.contains(needed)) {
                throw new UnsupportedOperationException("the processor has no " + needed);
            }
        }
        return new DotProduct(place());
    }

    /** What the first processor can do, as Linux says it, for programs: without what the system keeps from them. */
    private static Set<String> processorFlags() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return Set.of(lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("")
                    .split("\\s+"));
        } catch (IOException e) {
            throw new UnsupportedOperationException("the processor's abilities can't be read", e);
        }
    }

    private static MemorySegment[] place() {
        byte[][] programs = new byte[Weights.values().length * MAX_ROWS][];
        for (int rows = 1; rows <= MAX_ROWS; rows++) {
            programs[index(Weights.NIBBLES, rows)] = DotProgram.nibbles(rows, false);
            programs[index(Weights.NIBBLES_WITH_MINIMUMS, rows)] = DotProgram.nibbles(rows, true);
            programs[index(Weights.SIXES, rows)] = DotProgram.sixes(rows);
            programs[index(Weights.BYTES, rows)] = DotProgram.bytes(rows);
        }
        return MachineCode.place(programs);
    }

    private static int index(Weights weights, int rows) {
        return weights.ordinal() * MAX_ROWS + rows - 1;
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
