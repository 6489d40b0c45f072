package dev.stoa.api.admin;

import dev.stoa.api.Responses;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.usage.RunningRequests;
import dev.stoa.usage.RunningRequests.Running;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/running_requests}: what runs now on all servers, and an end to it. */
@Controller
final class RunningController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final RunningRequests running;
    private final AuditLog audit;
    private final TransactionTemplate transaction;

    RunningController(AdminCallers callers, RunningRequests running, AuditLog audit, TransactionTemplate transaction) {
        this.callers = callers;
        this.running = running;
        this.audit = audit;
        this.transaction = transaction;
    }

    /** The longest running first, one page: what is behind it will be there when the first have ended. */
    @RequestMapping("/v1/organizations/running_requests")
    void list(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        int limit = Pages.limit(http);
        List<Running> found = running.list(caller.organizationId(), limit + 1);
        boolean more = found.size() > limit;
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.page(more ? found.subList(0, limit) : found, more, Running::requestId, RunningController::json));
    }

    private static ObjectNode json(Running each) {
        return JSON.createObjectNode()
                .put("id", each.requestId())
                .put("type", "running_request")
                .put("surface", each.surface())
                .put("model", each.model())
                .put("user_id", AdminIds.MEMBER.write(each.caller().memberId()))
                .put("workspace_id", AdminIds.WORKSPACE.write(each.caller().workspaceId()))
                .put("api_key_id", AdminIds.KEY.write(each.caller().credentialId()))
                .put("started_at", each.at().toString())
                .put("seen_at", each.seenAt().toString())
                .put("input_tokens", each.inputTokens())
                .put("output_tokens", each.outputTokens())
                .put("stopping", each.stopping());
    }

    /** Does not wait for the end: the server that runs it is told. */
    @RequestMapping("/v1/organizations/running_requests/{id}/stop")
    void stop(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "POST");
        transaction.executeWithoutResult(_ -> {
            if (!running.stop(caller.organizationId(), id)) {
                throw new StoaException(ErrorKind.NOT_FOUND, "No request “" + id + "” runs here.");
            }
            audit.record(caller, "request.stopped", id, Map.of());
        });
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                JSON.createObjectNode().put("id", id).put("type", "running_request_stopped"));
    }
}
