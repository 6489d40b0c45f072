package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.identity.Caller;
import dev.stoa.usage.UsageReports;
import dev.stoa.usage.UsageReports.Grouping;
import dev.stoa.usage.UsageReports.Row;
import dev.stoa.usage.UsageReports.Width;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/usage_report/messages} and {@code cost_report}: sums by time and group, every bucket told. */
@Controller
final class ReportsController {
    /** The protocol's own bounds on what one report tells. */
    private static final int MINUTES_MAX = 1440;

    private static final int HOURS_MAX = 168;
    private static final int DAYS_MAX = 31;
    private static final int DAYS_DEFAULT = 7;
    /** Cents in a billionth of a dollar: reports of cost are in cents. */
    private static final BigDecimal CENTS = new BigDecimal("0.0000001");

    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final UsageReports reports;
    private final Clock clock;

    ReportsController(AdminCallers callers, UsageReports reports, Clock clock) {
        this.callers = callers;
        this.reports = reports;
        this.clock = clock;
    }

    @RequestMapping("/v1/organizations/usage_report/messages")
    void usage(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        report(caller, http, response, width(http), ReportsController::usage);
    }

    @RequestMapping("/v1/organizations/cost_report")
    void cost(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        report(caller, http, response, Width.DAY, ReportsController::cost);
    }

    private void report(
            Caller caller,
            HttpServletRequest http,
            HttpServletResponse response,
            Width width,
            BiConsumer<ObjectNode, Row> writer)
            throws IOException {
        Instant from = Pages.time(http.getParameter("starting_at"), "starting_at");
        if (from == null) {
            throw Fields.invalid("starting_at", "this parameter is required");
        }
        from = floor(from, width);
        Instant to = Pages.time(http.getParameter("ending_at"), "ending_at");
        // Without an end the bucket that runs is told whole: it is summed up already.
        to = to == null ? floor(clock.instant(), width).plusSeconds(width.seconds()) : to;
        if (!to.isAfter(from)) {
            throw Fields.invalid("ending_at", "must come after starting_at");
        }
        int limit = buckets(http, width);
        Instant end = from.plus(Duration.ofSeconds((long) limit * width.seconds()));
        boolean more = to.isAfter(end);
        Instant last = more ? end : to;
        List<Row> rows = reports.sums(caller.organizationId(), from, last, width, groupings(http));
        ObjectNode report = JSON.createObjectNode();
        ArrayNode data = report.putArray("data");
        int next = 0;
        for (Instant at = from; at.isBefore(last); at = at.plusSeconds(width.seconds())) {
            ObjectNode bucket = data.addObject()
                    .put("starting_at", at.toString())
                    .put("ending_at", at.plusSeconds(width.seconds()).toString());
            ArrayNode results = bucket.putArray("results");
            while (next < rows.size() && rows.get(next).bucket().equals(at)) {
                writer.accept(results.addObject(), rows.get(next));
                next++;
            }
        }
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                report.put("has_more", more).put("next_page", more ? end.toString() : null));
    }

    private static Instant floor(Instant time, Width width) {
        return Instant.ofEpochSecond(time.getEpochSecond() - Math.floorMod(time.getEpochSecond(), width.seconds()));
    }

    private static Width width(HttpServletRequest http) {
        String width = http.getParameter("bucket_width");
        return switch (width) {
            case null -> Width.DAY;
            case "1m" -> Width.MINUTE;
            case "1h" -> Width.HOUR;
            case "1d" -> Width.DAY;
            default -> throw Fields.invalid("bucket_width", "must be “1m”, “1h” or “1d”");
        };
    }

    private static int buckets(HttpServletRequest http, Width width) {
        int max = switch (width) {
            case MINUTE -> MINUTES_MAX;
            case HOUR -> HOURS_MAX;
            case DAY -> DAYS_MAX;
        };
        int fallback = width == Width.DAY ? DAYS_DEFAULT : max;
        return Query.limit(http, fallback, max);
    }

    private static Set<Grouping> groupings(HttpServletRequest http) {
        Set<Grouping> groupings = EnumSet.noneOf(Grouping.class);
        Query.values(http, "group_by").map(ReportsController::grouping).forEach(groupings::add);
        return groupings;
    }

    private static Grouping grouping(String name) {
        return switch (name) {
            case "api_key_id" -> Grouping.API_KEY;
            case "workspace_id" -> Grouping.WORKSPACE;
            case "model" -> Grouping.MODEL;
            default -> throw Fields.invalid("group_by", "holds “api_key_id”, “workspace_id” and “model”");
        };
    }

    private static void group(ObjectNode json, Row row) {
        json.put("api_key_id", AdminIds.KEY.write(row.apiKey()))
                .put("workspace_id", AdminIds.WORKSPACE.write(row.workspace()))
                .put("model", row.model());
    }

    private static void usage(ObjectNode json, Row row) {
        group(json, row);
        json.put("requests", row.requests())
                .put("uncached_input_tokens", row.inputTokens() - row.cachedTokens())
                .put("cache_read_input_tokens", row.cachedTokens())
                .put("output_tokens", row.outputTokens());
    }

    private static void cost(ObjectNode json, Row row) {
        group(json, row);
        json.put("currency", "USD")
                .put(
                        "amount",
                        BigDecimal.valueOf(row.cost())
                                .multiply(CENTS)
                                .stripTrailingZeros()
                                .toPlainString());
    }
}
