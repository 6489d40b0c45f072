package dev.stoa.bench.chat;

import dev.stoa.bench.Report;
import dev.stoa.bench.Row;

/** Where this benchmark's figures go. */
record Figures(Report report) {
    void add(String name, String unit, double value) {
        report.add(new Row("chat", name, unit, value, null, null, null));
    }

    /** @param quantile from 0 to 1 */
    static double quantile(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }
}
