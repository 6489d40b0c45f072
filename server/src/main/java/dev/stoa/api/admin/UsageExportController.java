package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.identity.Caller;
import dev.stoa.usage.UsageExport;
import dev.stoa.usage.UsageExport.Entry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** {@code GET /v1/organizations/usage_report/events}: the ledger's own entries of a time as CSV (RFC 4180). */
@Controller
final class UsageExportController {
    private static final String HEAD =
            "request_id,at,workspace_id,user_id,api_key_id,surface,model,outcome,stop_reason,"
                    + "input_tokens,cached_tokens,output_tokens,thinking_tokens,queue_ms,first_token_ms,total_ms,cost_usd,cache,reused_tokens\r\n";

    private final AdminCallers callers;
    private final UsageExport export;
    private final Clock clock;

    UsageExportController(AdminCallers callers, UsageExport export, Clock clock) {
        this.callers = callers;
        this.export = export;
        this.clock = clock;
    }

    @RequestMapping("/v1/organizations/usage_report/events")
    void events(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        Instant from = Pages.time(http.getParameter("starting_at"), "starting_at");
        if (from == null) {
            throw Fields.invalid("starting_at", "this parameter is required");
        }
        Instant given = Pages.time(http.getParameter("ending_at"), "ending_at");
        Instant to = given == null ? clock.instant() : given;
        if (!to.isAfter(from)) {
            throw Fields.invalid("ending_at", "must come after starting_at");
        }
        // The first page before the status, so that a database that is away is an error and not an empty file.
        List<Entry> page = export.page(caller.organizationId(), from, to, null);
        response.setContentType("text/csv; charset=utf-8; header=present");
        response.setHeader("Content-Disposition", "attachment; filename=\"usage.csv\"");
        OutputStream out = response.getOutputStream();
        out.write(HEAD.getBytes(StandardCharsets.UTF_8));
        while (!page.isEmpty()) {
            StringBuilder lines = new StringBuilder();
            page.forEach(entry -> line(lines, entry));
            out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            page = export.page(caller.organizationId(), from, to, page.getLast());
        }
    }

    private static void line(StringBuilder lines, Entry entry) {
        field(lines, entry.requestId());
        field(lines, entry.at());
        field(lines, AdminIds.WORKSPACE.write(entry.workspace()));
        field(lines, AdminIds.MEMBER.write(entry.member()));
        field(lines, AdminIds.KEY.write(entry.apiKey()));
        field(lines, entry.surface());
        field(lines, entry.model());
        field(lines, entry.outcome());
        field(lines, entry.stopReason());
        field(lines, entry.inputTokens());
        field(lines, entry.cachedTokens());
        field(lines, entry.outputTokens());
        field(lines, entry.thinkingTokens());
        field(lines, entry.queueMillis());
        field(lines, entry.firstTokenMillis());
        field(lines, entry.totalMillis());
        field(lines, entry.costUsd());
        field(lines, entry.reuse());
        lines.append(entry.reusedTokens()).append("\r\n");
    }

    private static void field(StringBuilder lines, @Nullable Object value) {
        String text = value == null ? "" : value.toString();
        if (text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')) {
            lines.append('"').append(text.replace("\"", "\"\"")).append('"');
        } else {
            lines.append(text);
        }
        lines.append(',');
    }
}
