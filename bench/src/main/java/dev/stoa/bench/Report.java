package dev.stoa.bench;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Prints the machine's line and the rows: as lines of a table or as JSON, each as it comes. Not thread-safe. */
public final class Report {
    private static final String[] HEADER = {"bench", "case", "value", "unit", "peer", "ratio", "limit", "of limit"};

    /** Of the usual cells: rows are printed as they come, so nobody knows the widest. */
    private static final int[] WIDTHS = {7, 30, 5, 8, 17, 6, 6, 8};

    private final boolean json;
    private final PrintStream out;
    private final JsonMapper mapper = new JsonMapper();
    private boolean begun;

    public Report(boolean json, PrintStream out) {
        this.json = json;
        this.out = out;
    }

    /** The first line: what this was measured on. */
    public void machine(Map<String, Object> description) {
        if (json) {
            out.println(mapper.writeValueAsString(Map.of("machine", description)));
        } else {
            description.forEach((key, value) -> out.printf(Locale.ROOT, "%-18s %s%n", key, value));
            out.println();
        }
    }

    public void add(Row row) {
        if (json) {
            out.println(mapper.writeValueAsString(fields(row)));
            return;
        }
        if (!begun) {
            line(HEADER);
            begun = true;
        }
        line(
                row.bench(),
                row.name(),
                number(row.value()),
                row.unit(),
                row.baseline() == null ? "" : number(row.baseline()) + " (" + row.baselineName() + ")",
                row.ratio() == null ? "" : number(row.ratio()) + "x",
                number(row.limit()),
                row.fractionOfLimit() == null ? "" : String.format(Locale.ROOT, "%.0f%%", 100 * row.fractionOfLimit()));
    }

    private void line(String... cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            line.append(cells[i]).repeat(' ', Math.max(0, WIDTHS[i] - cells[i].length()) + 2);
        }
        out.println(line.toString().stripTrailing());
    }

    /** The row in the order of the design's row; absent values are left out. */
    static Map<String, Object> fields(Row row) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bench", row.bench());
        fields.put("case", row.name());
        fields.put("unit", row.unit());
        fields.put("value", round(row.value()));
        if (row.baseline() != null) {
            fields.put("baseline_name", row.baselineName());
            fields.put("baseline", round(row.baseline()));
            fields.put("ratio", round(row.value() / row.baseline()));
        }
        if (row.limit() != null) {
            fields.put("limit", round(row.limit()));
            fields.put("fraction_of_limit", round(row.value() / row.limit()));
        }
        return fields;
    }

    private static double round(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.4g", value));
    }

    private static String number(@Nullable Double value) {
        if (value == null) {
            return "";
        }
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
