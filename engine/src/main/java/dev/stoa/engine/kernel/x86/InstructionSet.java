package dev.stoa.engine.kernel.x86;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What of a processor's abilities the machine code is written for, the faster first. */
public enum InstructionSet {
    /** Registers of 512 bits and dot products of bytes. */
    AVX512_VNNI("AVX-512 VNNI", List.of("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni")),
    /** Registers of 256 bits. */
    AVX2("AVX2", List.of("avx2", "fma", "f16c"));

    private final String title;
    private final List<String> flags;

    /** @param flags what Linux calls the parts that the programs use */
    InstructionSet(String title, List<String> flags) {
        this.title = title;
        this.flags = flags;
    }

    /** As its makers write it. */
    public String title() {
        return title;
    }

    /**
     * Returns if code for it can run here.
     *
     * @throws UnsupportedOperationException where it can't, with the reason
     */
    void require() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!system.equals("Linux amd64")) {
            throw new UnsupportedOperationException("machine code is for Linux amd64, not " + system);
        }
        Set<String> known = processorFlags();
        for (String needed : flags) {
            if (!known.contains(needed)) {
                throw new UnsupportedOperationException("the processor has no " + needed);
            }
        }
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
}
