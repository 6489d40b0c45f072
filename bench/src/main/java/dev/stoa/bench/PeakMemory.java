package dev.stoa.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory that a process has held, as Linux counts it; absent on other systems. */
final class PeakMemory {
    private static final String PEAK = "VmHWM:";

    private PeakMemory() {}

    /** Bytes resident at most so far. */
    static OptionalLong of(long pid) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException | RuntimeException e) {
            // The process has ended, or this is no Linux.
            return OptionalLong.empty();
        }
    }

    static OptionalLong own() {
        return of(ProcessHandle.current().pid());
    }

    /** Forgets this process's peak so far, as far as the system lets it. */
    static void reset() {
        System.gc();
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException e) {
            System.getLogger(PeakMemory.class.getName())
                    .log(System.Logger.Level.INFO, "The peak memory includes what the limits took to measure");
        }
    }
}
