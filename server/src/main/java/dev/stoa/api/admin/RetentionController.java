package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Responses;
import dev.stoa.conversation.Retention;
import dev.stoa.conversation.Retention.Rule;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/retention}: how long conversations are kept; a POST puts what it says in place of all. */
@Controller
final class RetentionController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final Retention retention;
    private final AuditLog audit;
    private final TransactionTemplate transaction;

    RetentionController(AdminCallers callers, Retention retention, AuditLog audit, TransactionTemplate transaction) {
        this.callers = callers;
        this.retention = retention;
        this.audit = audit;
        this.transaction = transaction;
    }

    @RequestMapping("/v1/organizations/retention")
    void retention(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            Fields fields = callers.read(http);
            Rule rule = new Rule(days(fields, "conversation_days", 1), days(fields, "deleted_days", 0));
            fields.end();
            transaction.executeWithoutResult(_ -> {
                retention.set(caller.organizationId(), rule);
                audit.record(
                        caller,
                        "retention.set",
                        caller.organizationId().toString(),
                        JSON.convertValue(json(rule), Map.class));
            });
        }
        Responses.json(response, HttpServletResponse.SC_OK, json(retention.of(caller.organizationId())));
    }

    private static @Nullable Integer days(Fields fields, String name, int min) {
        OptionalInt days = fields.optionalInt(name, min, Retention.DAYS_MAX);
        return days.isPresent() ? days.getAsInt() : null;
    }

    private static ObjectNode json(Rule rule) {
        return JSON.createObjectNode()
                .put("type", "retention")
                .put("conversation_days", rule.conversationDays())
                .put("deleted_days", rule.deletedDays());
    }
}
