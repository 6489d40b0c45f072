package dev.stoa.api.admin;

import dev.stoa.conversation.Feedback;
import dev.stoa.identity.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/feedback}: what people thought of answers, as lines of JSON, to judge models by. */
@Controller
final class FeedbackController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final Feedback feedback;

    FeedbackController(AdminCallers callers, Feedback feedback) {
        this.callers = callers;
        this.feedback = feedback;
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
