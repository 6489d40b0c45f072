package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.usage.UsageReports.Width;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What of a time one report tells, from the query's {@code starting_at}, {@code ending_at} and {@code limit}.
 *
 * @param from the begin of the first bucket
 * @param to the first time that doesn't count
 * @param more whether the time asked for goes on behind {@code to}
 */
record ReportWindow(Instant from, Instant to, Width width, boolean more) {
    /** The protocol's own bounds on what one report tells. */
    private static final int MINUTES_MAX = 1440;

    private static final int HOURS_MAX = 168;
    private static final int DAYS_MAX = 31;
    private static final int DAYS_DEFAULT = 7;

    private static final JsonMapper JSON = new JsonMapper();

    static ReportWindow of(HttpServletRequest http, Width width, Instant now) {
        Instant from = Pages.time(http.getParameter("starting_at"), "starting_at");
        if (from == null) {
            throw Fields.invalid("starting_at", "this parameter is required");
        }
        from = floor(from, width);
        Instant to = Pages.time(http.getParameter("ending_at"), "ending_at");
        // Without an end the bucket that runs is told whole: it is summed up already.
        to = to == null ? floor(now, width).plusSeconds(width.seconds()) : to;
        if (!to.isAfter(from)) {
            throw Fields.invalid("ending_at", "must come after starting_at");
        }
        Instant end = from.plus(Duration.ofSeconds((long) buckets(http, width) * width.seconds()));
        boolean more = to.isAfter(end);
        return new ReportWindow(from, more ? end : to, width, more);
    }

    private static Instant floor(Instant time, Width width) {
        return Instant.ofEpochSecond(time.getEpochSecond() - Math.floorMod(time.getEpochSecond(), width.seconds()));
    }

    private static int buckets(HttpServletRequest http, Width width) {
        int max = switch (width) {
            case MINUTE -> MINUTES_MAX;
            case HOUR -> HOURS_MAX;
            case DAY -> DAYS_MAX;
        };
        return Query.limit(http, width == Width.DAY ? DAYS_DEFAULT : max, max);
    }

    /**
     * Every bucket with its rows.
     *
     * @param rows oldest first
     * @param bucket the begin of a row's bucket
     */
    <T> ObjectNode report(List<T> rows, Function<T, Instant> bucket, BiConsumer<ObjectNode, T> writer) {
        ObjectNode report = JSON.createObjectNode();
        ArrayNode data = report.putArray("data");
        int next = 0;
        for (Instant at = from; at.isBefore(to); at = at.plusSeconds(width.seconds())) {
            ObjectNode told = data.addObject()
                    .put("starting_at", at.toString())
                    .put("ending_at", at.plusSeconds(width.seconds()).toString());
            ArrayNode results = told.putArray("results");
            while (next < rows.size() && bucket.apply(rows.get(next)).equals(at)) {
                writer.accept(results.addObject(), rows.get(next));
                next++;
            }
        }
        return report.put("has_more", more).put("next_page", more ? to.toString() : null);
    }
}
