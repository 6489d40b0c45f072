package dev.stoa.api.openai;

import dev.stoa.api.Callers;
import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.identity.Caller;
import dev.stoa.identity.KeyScope;
import dev.stoa.identity.People;
import dev.stoa.usage.UsageReports;
import dev.stoa.usage.UsageReports.Grouping;
import dev.stoa.usage.UsageReports.Row;
import dev.stoa.usage.UsageReports.Width;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /v1/organization/usage/completions}, for administrators' keys. A project is a workspace, a user a member. */
@Controller
final class UsageController {
    /** Filters that the protocol has and this server doesn't: passing them over would tell others' usage as theirs. */
    private static final List<String> FILTERS = List.of("project_ids", "user_ids", "api_key_ids", "models", "batch");
    /** Latest time that a date of five digits of years can tell. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final People people;
    private final UsageReports reports;
    private final Clock clock;

    UsageController(Callers callers, People people, UsageReports reports, Clock clock) {
        this.callers = callers;
        this.people = people;
        this.reports = reports;
        this.clock = clock;
    }

    /** A bucket width in the protocol's words, with its own bounds on a page. */
    private enum Step {
        MINUTE("1m", Width.MINUTE, 60, 1440),
        HOUR("1h", Width.HOUR, 24, 168),
        DAY("1d", Width.DAY, 7, 31);

        private final String label;
        private final Width width;
        private final int limitDefault;
        private final int limitMax;

        Step(String label, Width width, int limitDefault, int limitMax) {
            this.label = label;
            this.width = width;
            this.limitDefault = limitDefault;
            this.limitMax = limitMax;
        }

        static Step of(@Nullable String label) {
            if (label == null) {
                return DAY;
            }
            return Stream.of(values())
                    .filter(step -> step.label.equals(label))
                    .findFirst()
                    .orElseThrow(() -> Fields.invalid("bucket_width", "must be “1m”, “1h” or “1d”"));
        }
    }

    @RequestMapping("/v1/organization/usage/completions")
    void completions(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Responses.requireMethod(http, response, "GET");
        Caller caller = callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER, KeyScope.ADMIN);
        people.requireAdministrator(caller);
        for (String filter : FILTERS) {
            if (http.getParameter(filter) != null || http.getParameter(filter + "[]") != null) {
                throw Fields.invalid(filter, "is not supported; use group_by");
            }
        }
        Step step = Step.of(http.getParameter("bucket_width"));
        long seconds = step.width.seconds();
        long start = number(http, "start_time", SECONDS_MAX, -1);
        if (start < 0) {
            throw Fields.invalid("start_time", "this parameter is required");
        }
        long end = number(http, "end_time", SECONDS_MAX, endOfRunning(seconds));
        long begin = number(http, "page", SECONDS_MAX, start);
        begin -= begin % seconds;
        if (end <= start) {
            throw Fields.invalid("end_time", "must come after start_time");
        }
        long limit = number(http, "limit", step.limitMax, step.limitDefault);
        if (limit < 1) {
            throw Fields.invalid("limit", "must be between 1 and " + step.limitMax);
        }
        long last = Math.min(end, begin + limit * seconds);
        Set<Grouping> groupings = groupings(http);
        List<Row> rows = last <= begin
                ? List.of()
                : reports.sums(
                        caller.organizationId(),
                        Instant.ofEpochSecond(begin),
                        Instant.ofEpochSecond(last),
                        step.width,
                        groupings);
        ObjectNode page = JSON.createObjectNode().put("object", "page");
        ArrayNode data = page.putArray("data");
        int next = 0;
        for (long at = begin; at < last; at += seconds) {
            ArrayNode results = data.addObject()
                    .put("object", "bucket")
                    .put("start_time", at)
                    .put("end_time", at + seconds)
                    .putArray("results");
            while (next < rows.size() && rows.get(next).bucket().getEpochSecond() == at) {
                write(results.addObject(), rows.get(next));
                next++;
            }
        }
        boolean more = end > last;
        page.put("has_more", more).put("next_page", more ? String.valueOf(last) : null);
        Responses.json(response, HttpServletResponse.SC_OK, page);
    }

    /** Without an end the bucket that runs is told whole: it is summed up already. */
    private long endOfRunning(long seconds) {
        long now = clock.instant().getEpochSecond();
        return now - now % seconds + seconds;
    }

    private static void write(ObjectNode json, Row row) {
        json.put("object", "organization.usage.completions.result")
                .put("input_tokens", row.inputTokens())
                .put("output_tokens", row.outputTokens())
                .put("input_cached_tokens", row.cachedTokens())
                .put("input_audio_tokens", 0)
                .put("output_audio_tokens", 0)
                .put("num_model_requests", row.requests())
                .put("project_id", text(row.workspace()))
                .put("user_id", text(row.member()))
                .put("api_key_id", text(row.apiKey()))
                .put("model", row.model())
                .putNull("batch")
                .putNull("service_tier");
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }

    private static long number(HttpServletRequest http, String name, long max, long fallback) {
        String text = http.getParameter(name);
        if (text == null) {
            return fallback;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value <= max) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Answered below.
        }
        throw Fields.invalid(name, "must be a whole number up to " + max);
    }

    private static Set<Grouping> groupings(HttpServletRequest http) {
        Set<Grouping> groupings = EnumSet.noneOf(Grouping.class);
        Query.values(http, "group_by")
                .flatMap(values -> Stream.of(values.split(",")))
                .map(UsageController::grouping)
                .forEach(groupings::add);
        return groupings;
    }

    private static Grouping grouping(String name) {
        return switch (name) {
            case "project_id" -> Grouping.WORKSPACE;
            case "user_id" -> Grouping.MEMBER;
            case "api_key_id" -> Grouping.API_KEY;
            case "model" -> Grouping.MODEL;
            default -> throw Fields.invalid("group_by", "holds “project_id”, “user_id”, “api_key_id” and “model”");
        };
    }
}
