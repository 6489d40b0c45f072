package dev.stoa.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;

/** Describes what a benchmark ran on: a figure without its machine says nothing. */
public final class Machine {
    private Machine() {}

    /** Without what only the engine's limits tell. */
    public static Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("cpu", cpuName());
        description.put("cores", Runtime.getRuntime().availableProcessors());
        description.put("vector_bits", FloatVector.SPECIES_PREFERRED.vectorBitSize());
        description.put("jdk", System.getProperty("java.vm.version"));
        description.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        description.put("commit", commit());
        return description;
    }

    static Map<String, Object> describe(MachineLimits limits, int threads) {
        Map<String, Object> description = describe();
        description.put("threads", threads);
        description.put("memory_gb_per_s", rounded(limits.bytesPerSecond() / 1e9));
        description.put("fma_gflops", rounded(limits.flopsPerSecond() / 1e9));
        return description;
    }

    private static double rounded(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.1f", value));
    }

    private static String cpuName() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return output("sysctl", "-n", "machdep.cpu.brand_string");
        }
    }

    private static String commit() {
        String hash = output("git", "rev-parse", "--short", "HEAD");
        return output("git", "status", "--porcelain").isEmpty() ? hash : hash + "-dirty";
    }

    /** A command's first line of output; "unknown" where it can't be run. */
    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            boolean ended = process.waitFor(5, TimeUnit.SECONDS);
            return ended && process.exitValue() == 0
                    ? text.strip().lines().findFirst().orElse("")
                    : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
