package dev.stoa.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.incubator.vector.FloatVector;

/** What the CPU can do for the kernels. */
final class Processor {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    /** The instruction sets that the kernels gain from, as Linux names them. */
    private static final Set<String> OF_INTEREST = Set.of(
            "avx",
            "avx2",
            "fma",
            "f16c",
            "avx512f",
            "avx512bw",
            "avx512_vnni",
            "avx_vnni",
            "amx_int8",
            "asimd",
            "asimddp",
            "i8mm",
            "sve");

    private static final int VECTOR_BITS_MIN = 128;

    private Processor() {}

    static Finding check() {
        String what = "%d cores, %s%s"
                .formatted(Runtime.getRuntime().availableProcessors(), System.getProperty("os.arch"), features());
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Finding.warn(
                    "cpu",
                    what + "; the Vector API is not loaded, so scalar kernels run, some ten times slower",
                    "Start through ./stoa, which passes --add-modules jdk.incubator.vector.");
        }
        int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        return bits >= VECTOR_BITS_MIN
                ? Finding.ok("cpu", what + "; vector kernels of %d bits run".formatted(bits))
                : Finding.warn(
                        "cpu",
                        what + "; vectors of %d bits, so scalar kernels run".formatted(bits),
                        "A CPU with AVX2 or NEON is some ten times faster.");
    }

    private static String features() {
        try {
            if (!Files.isReadable(CPUINFO)) {
                return "";
            }
            List<String> lines = Files.readAllLines(CPUINFO);
            String name = lines.stream()
                    .filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> ", " + line.substring(line.indexOf(':') + 1).strip())
                    .orElse("");
            Set<String> flags = lines.stream()
                    .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> new TreeSet<>(List.of(
                            line.substring(line.indexOf(':') + 1).strip().split("\\s+"))))
                    .orElseGet(TreeSet::new);
            String useful = flags.stream().filter(OF_INTEREST::contains).collect(Collectors.joining(" "));
            return name + (useful.isEmpty() ? "" : ", " + useful);
        } catch (IOException e) {
            // Only a description; the Vector API's own answer decides.
            return "";
        }
    }
}
