package dev.stoa.api.admin;

import dev.stoa.api.Responses;
import dev.stoa.conversation.Feedback;
import dev.stoa.identity.Caller;
import dev.stoa.safety.IncidentReports;
import dev.stoa.usage.UsageReports.Width;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/feedback}: what people thought of answers, as lines of JSON, to judge models by; {@code
 * feedback_report} and {@code incident_report}: opinions and refusals, counted by day.
 */
@Controller
final class FeedbackController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final Feedback feedback;
    private final IncidentReports incidents;
    private final Clock clock;

    FeedbackController(AdminCallers callers, Feedback feedback, IncidentReports incidents, Clock clock) {
        this.callers = callers;
        this.feedback = feedback;
        this.incidents = incidents;
        this.clock = clock;
    }

    @RequestMapping("/v1/organizations/feedback_report")
    void feedback(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        ReportWindow window = ReportWindow.of(http, Width.DAY, clock.instant());
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                window.report(
                        feedback.tallies(caller.organizationId(), window.from(), window.to()),
                        Feedback.Tally::day,
                        (json, tally) -> json.put("model", tally.model())
                                .put("up", tally.up())
                                .put("down", tally.down())));
    }

    @RequestMapping("/v1/organizations/incident_report")
    void incidents(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        ReportWindow window = ReportWindow.of(http, Width.DAY, clock.instant());
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                window.report(
                        incidents.tallies(caller.organizationId(), window.from(), window.to()),
                        IncidentReports.Tally::day,
                        (json, tally) -> json.put("direction", tally.direction())
                                .put("category", tally.category())
                                .put("incidents", tally.incidents())));
    }

    @RequestMapping("/v1/organizations/feedback")
    void export(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        response.setContentType("application/x-ndjson");
        response.setHeader("Content-Disposition", "attachment; filename=\"feedback.jsonl\"");
        response.setHeader("Cache-Control", "no-store");
        OutputStream out = response.getOutputStream();
        feedback.each(caller.organizationId(), sample -> write(out, sample));
        out.flush();
    }

    private static void write(OutputStream out, Feedback.Sample sample) {
        ObjectNode line = JSON.createObjectNode()
                .put("id", sample.messageId().toString())
                .put("user_id", AdminIds.MEMBER.write(sample.memberId()))
                .put("rating", sample.opinion().rating().word())
                .put("comment", sample.opinion().comment())
                .put("model", sample.model())
                .put("answer", sample.answer())
                .put("created_at", sample.createdAt().toString());
        line.set("prompt", sample.prompt());
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
