package dev.stoa.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache of loaded classes (JEP 514) that the launcher lets the first server after a build write when it ends. The
 * JVM does it in a child process that talks to the terminal about its own options, pages of them, and can't be told not
 * to; so the terminal is taken away once there is nothing left to say.
 */
final class ClassCache {
    private static final Logger log = LoggerFactory.getLogger(ClassCache.class);
    private static final int WRITE_ONLY = 1;

    private ClassCache() {}

    /** Says that the JVM will write the cache, and silences it; does nothing where it won't. */
    static void announce() {
        if (!written()) {
            return;
        }
        log.info("Writing the class cache, once after a build: some seconds, and the next start is faster");
        silence();
    }

    /** Lets nothing follow the sentence in which a start has failed; does nothing where no cache will be written. */
    static void silenceAfterFailure() {
        if (written()) {
            silence();
        }
    }

    private static void silence() {
        try {
            takeTerminal();
        } catch (Throwable e) {
            // Other systems, other libraries: then the terminal hears of it.
            log.debug("The terminal could not be taken away", e);
        }
    }

    private static boolean written() {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return !vm.getVMOption("AOTCacheOutput").getValue().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** {@code dup2} of {@code /dev/null} over standard output and standard error, which children inherit. */
    private static void takeTerminal() throws Throwable {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfInt number = ValueLayout.JAVA_INT;
        MethodHandle open = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(number, ValueLayout.ADDRESS, number),
                Linker.Option.firstVariadicArg(2));
        MethodHandle dup2 = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dup2"), FunctionDescriptor.of(number, number, number));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom("/dev/null");
            int descriptor = (int) open.invokeExact(path, WRITE_ONLY);
            for (int standard = 1; descriptor >= 0 && standard <= 2; standard++) {
                int unused = (int) dup2.invokeExact(descriptor, standard);
            }
        }
    }
}
