package dev.stoa.operations;

import java.lang.management.ManagementFactory;

/** The memory of the machine, or of the container where that is less: the JDK reads the control groups. */
public final class MachineMemory {
    private static final long WHERE_UNKNOWN = 4L << 30;

    private MachineMemory() {}

    /** In bytes. */
    public static long total() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getTotalMemorySize()
                : WHERE_UNKNOWN;
    }
}
