package dev.stoa.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Prints the machine's line and the rows: a table at the end, or JSON lines as they come. Not thread-safe. */
public final class Report {
    private static final String[] HEADER = {"bench", "case", "value", "unit", "peer", "ratio", "limit", "of limit"};

    private final boolean json;
    private final PrintStream out;
    private final JsonMapper mapper = new JsonMapper();
    private final List<String[]> table = new ArrayList<>();

    public Report(boolean json, PrintStream out) {
        this.json = json;
        this.out = out;
        table.add(HEADER);
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
        table.add(new String[] {
            row.bench(),
            row.name(),
            number(row.value()),
            row.unit(),
            row.baseline() == null ? "" : number(row.baseline()) + " (" + row.baselineName() + ")",
            row.ratio() == null ? "" : number(row.ratio()) + "x",
            number(row.limit()),
            row.fractionOfLimit() == null ? "" : String.format(Locale.ROOT, "%.0f%%", 100 * row.fractionOfLimit())
        });
    }

    /** Prints the table; does nothing for JSON, whose rows are out already. */
    public void finish() {
        if (json) {
            return;
        }
        int[] widths = new int[HEADER.length];
        for (String[] cells : table) {
            for (int i = 0; i < cells.length; i++) {
                widths[i] = Math.max(widths[i], cells[i].length());
            }
        }
        for (String[] cells : table) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.length; i++) {
                line.append(cells[i]).repeat(' ', widths[i] - cells[i].length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
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
