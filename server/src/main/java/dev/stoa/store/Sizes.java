package dev.stoa.store;

import java.util.Locale;

/** Sizes for people, in decimal units as disks and hubs count them: {@code 98.4 MB}. */
public final class Sizes {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Sizes() {}

    public static String format(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.95 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        String digits =
                unit == 0 ? String.valueOf(bytes) : String.format(Locale.ROOT, value < 9.995 ? "%.2f" : "%.1f", value);
        return digits + " " + UNITS[unit];
    }
}
