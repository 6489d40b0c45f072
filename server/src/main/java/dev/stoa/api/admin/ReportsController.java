package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.api.admin.AdminCallers.Reach;
import dev.stoa.usage.UsageReports;
import dev.stoa.usage.UsageReports.Grouping;
import dev.stoa.usage.UsageReports.Row;
import dev.stoa.usage.UsageReports.Width;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/usage_report/messages} and {@code cost_report}: sums by time and group, every
 * bucket told; developers see their own.
 */
@Controller
final class ReportsController {
    /** Cents in a billionth of a dollar: reports of cost are in cents. */
    private static final BigDecimal CENTS = new BigDecimal("0.0000001");

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
        Reach reach = callers.beginOwn(http, response, "GET");
        report(reach, http, response, width(http), ReportsController::usage);
    }

    @RequestMapping("/v1/organizations/cost_report")
    void cost(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Reach reach = callers.beginOwn(http, response, "GET");
        report(reach, http, response, Width.DAY, ReportsController::cost);
    }

    private void report(
            Reach reach,
            HttpServletRequest http,
            HttpServletResponse response,
            Width width,
            BiConsumer<ObjectNode, Row> writer)
            throws IOException {
        ReportWindow window = ReportWindow.of(http, width, clock.instant());
        List<Row> rows = reports.sums(
                reach.caller().organizationId(),
                reach.everything() ? null : reach.caller().memberId(),
                window.from(),
                window.to(),
                width,
                groupings(http));
        Responses.json(response, HttpServletResponse.SC_OK, window.report(rows, Row::bucket, writer));
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

    private static Set<Grouping> groupings(HttpServletRequest http) {
        Set<Grouping> groupings = EnumSet.noneOf(Grouping.class);
        Query.values(http, "group_by").map(ReportsController::grouping).forEach(groupings::add);
        return groupings;
    }

    private static Grouping grouping(String name) {
        return switch (name) {
            case "api_key_id" -> Grouping.API_KEY;
            case "workspace_id" -> Grouping.WORKSPACE;
            case "user_id" -> Grouping.MEMBER;
            case "model" -> Grouping.MODEL;
            default -> throw Fields.invalid("group_by", "holds “api_key_id”, “workspace_id”, “user_id” and “model”");
        };
    }

    private static void group(ObjectNode json, Row row) {
        json.put("api_key_id", AdminIds.KEY.write(row.apiKey()))
                .put("workspace_id", AdminIds.WORKSPACE.write(row.workspace()))
                .put("user_id", AdminIds.MEMBER.write(row.member()))
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
