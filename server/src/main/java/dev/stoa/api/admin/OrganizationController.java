package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.identity.Administration;
import dev.stoa.identity.AuditEvent;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Workspace;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/me}, {@code workspaces} and {@code audit_events}. */
@Controller
final class OrganizationController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final Administration administration;
    private final AuditLog audit;

    OrganizationController(AdminCallers callers, Administration administration, AuditLog audit) {
        this.callers = callers;
        this.administration = administration;
        this.audit = audit;
    }

    @RequestMapping("/v1/organizations/me")
    void me(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                JSON.createObjectNode()
                        .put("id", caller.organizationId().toString())
                        .put("type", "organization")
                        .put("name", administration.organizationName(caller)));
    }

    @RequestMapping("/v1/organizations/workspaces")
    void workspaces(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            String name = name(http);
            Responses.json(
                    response, HttpServletResponse.SC_CREATED, json(administration.createWorkspace(caller, name)));
            return;
        }
        boolean archived = Query.flag(http, "include_archived");
        List<Workspace> workspaces = administration.workspaces(caller).stream()
                .filter(each -> archived || each.archivedAt() == null)
                .toList();
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.of(http, workspaces, each -> AdminIds.WORKSPACE.write(each.id()), OrganizationController::json));
    }

    private String name(HttpServletRequest http) throws IOException {
        Fields fields = callers.read(http);
        String name = fields.requiredString("name");
        fields.end();
        return name;
    }

    @RequestMapping("/v1/organizations/workspaces/{id}")
    void workspace(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        UUID workspace = AdminIds.WORKSPACE.read(id);
        Workspace now = http.getMethod().equals("POST")
                ? administration.renameWorkspace(caller, workspace, name(http))
                : administration.workspace(caller, workspace);
        Responses.json(response, HttpServletResponse.SC_OK, json(now));
    }

    @RequestMapping("/v1/organizations/workspaces/{id}/archive")
    void archive(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "POST");
        Workspace archived = administration.archiveWorkspace(caller, AdminIds.WORKSPACE.read(id));
        Responses.json(response, HttpServletResponse.SC_OK, json(archived));
    }

    private static ObjectNode json(Workspace workspace) {
        return JSON.createObjectNode()
                .put("id", AdminIds.WORKSPACE.write(workspace.id()))
                .put("type", "workspace")
                .put("name", workspace.name())
                .put("created_at", workspace.createdAt().toString())
                .put(
                        "archived_at",
                        workspace.archivedAt() == null
                                ? null
                                : workspace.archivedAt().toString());
    }

    /** The newest first; {@code after_id} goes on to older ones. */
    @RequestMapping("/v1/organizations/audit_events")
    void auditEvents(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        int limit = Pages.limit(http);
        String after = http.getParameter("after_id");
        List<AuditEvent> events =
                audit.list(caller.organizationId(), after == null ? null : AdminIds.EVENT.read(after), limit + 1);
        boolean more = events.size() > limit;
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.page(
                        more ? events.subList(0, limit) : events,
                        more,
                        each -> AdminIds.EVENT.write(each.id()),
                        OrganizationController::json));
    }

    private static ObjectNode json(AuditEvent event) {
        ObjectNode json = JSON.createObjectNode()
                .put("id", AdminIds.EVENT.write(event.id()))
                .put("type", "audit_event")
                .put("created_at", event.at().toString())
                .put("user_id", AdminIds.MEMBER.write(event.memberId()))
                .put("api_key_id", AdminIds.KEY.write(event.credentialId()))
                .put("action", event.action())
                .put("subject_id", event.subject());
        json.set("detail", JSON.readTree(event.detail()));
        return json;
    }
}
