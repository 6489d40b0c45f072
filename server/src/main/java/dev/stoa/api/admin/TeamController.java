package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Role;
import dev.stoa.identity.ServiceAccount;
import dev.stoa.identity.ServiceAccounts;
import dev.stoa.identity.WorkspaceMember;
import dev.stoa.identity.WorkspaceMembers;
import dev.stoa.identity.WorkspaceRole;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/service_accounts} and {@code workspaces/{id}/members}, the latter in Anthropic's shapes. */
@Controller
final class TeamController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final ServiceAccounts accounts;
    private final WorkspaceMembers members;

    TeamController(AdminCallers callers, ServiceAccounts accounts, WorkspaceMembers members) {
        this.callers = callers;
        this.accounts = accounts;
        this.members = members;
    }

    @RequestMapping("/v1/organizations/service_accounts")
    void accounts(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            Fields fields = callers.read(http);
            String name = fields.requiredString("name");
            Role role = role(fields.optionalString("role"));
            fields.end();
            ServiceAccount made = accounts.create(caller, name, role == null ? Role.DEVELOPER : role);
            Responses.json(response, HttpServletResponse.SC_CREATED, json(made));
            return;
        }
        boolean archived = Query.flag(http, "include_archived");
        List<ServiceAccount> all = accounts.all(caller).stream()
                .filter(each -> archived || each.archivedAt() == null)
                .toList();
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.of(http, all, each -> AdminIds.SERVICE.write(each.id()), TeamController::json));
    }

    @RequestMapping("/v1/organizations/service_accounts/{id}")
    void account(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        UUID account = AdminIds.SERVICE.read(id);
        ServiceAccount now;
        if (http.getMethod().equals("POST")) {
            Fields fields = callers.read(http);
            String name = fields.optionalString("name");
            Role role = role(fields.optionalString("role"));
            fields.end();
            now = accounts.change(caller, account, name, role);
        } else {
            now = accounts.find(caller, account);
        }
        Responses.json(response, HttpServletResponse.SC_OK, json(now));
    }

    @RequestMapping("/v1/organizations/service_accounts/{id}/archive")
    void archive(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "POST");
        Responses.json(response, HttpServletResponse.SC_OK, json(accounts.archive(caller, AdminIds.SERVICE.read(id))));
    }

    private static @Nullable Role role(@Nullable String label) {
        return label == null
                ? null
                : Role.of(label).orElseThrow(() -> Fields.invalid("role", "must be “admin” or “developer”"));
    }

    private static ObjectNode json(ServiceAccount account) {
        Instant archived = account.archivedAt();
        return JSON.createObjectNode()
                .put("id", AdminIds.SERVICE.write(account.id()))
                .put("type", "service_account")
                .put("name", account.name())
                .put("role", account.role().label())
                .put("created_at", account.createdAt().toString())
                .put("archived_at", archived == null ? null : archived.toString());
    }

    @RequestMapping("/v1/organizations/workspaces/{id}/members")
    void members(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        UUID workspace = AdminIds.WORKSPACE.read(id);
        if (http.getMethod().equals("POST")) {
            Fields fields = callers.read(http);
            UUID member = AdminIds.MEMBER.read(fields.requiredString("user_id"));
            WorkspaceRole role = workspaceRole(fields);
            fields.end();
            Responses.json(
                    response, HttpServletResponse.SC_CREATED, json(members.add(caller, workspace, member, role)));
            return;
        }
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.of(
                        http,
                        members.all(caller, workspace),
                        each -> AdminIds.MEMBER.write(each.memberId()),
                        TeamController::json));
    }

    @RequestMapping("/v1/organizations/workspaces/{id}/members/{user}")
    void member(
            @PathVariable("id") String id,
            @PathVariable("user") String user,
            HttpServletRequest http,
            HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST", "DELETE");
        UUID workspace = AdminIds.WORKSPACE.read(id);
        UUID member = AdminIds.MEMBER.read(user);
        ObjectNode answer = switch (http.getMethod()) {
            case "POST" -> {
                Fields fields = callers.read(http);
                WorkspaceRole role = workspaceRole(fields);
                fields.end();
                yield json(members.change(caller, workspace, member, role));
            }
            case "DELETE" -> {
                members.remove(caller, workspace, member);
                yield JSON.createObjectNode()
                        .put("type", "workspace_member_deleted")
                        .put("user_id", AdminIds.MEMBER.write(member))
                        .put("workspace_id", AdminIds.WORKSPACE.write(workspace));
            }
            default -> json(members.find(caller, workspace, member));
        };
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    private static WorkspaceRole workspaceRole(Fields fields) {
        return WorkspaceRole.of(fields.requiredString("workspace_role"))
                .orElseThrow(() -> Fields.invalid(
                        "workspace_role", "must be “workspace_user”, “workspace_developer” or “workspace_admin”"));
    }

    private static ObjectNode json(WorkspaceMember member) {
        return JSON.createObjectNode()
                .put("type", "workspace_member")
                .put("user_id", AdminIds.MEMBER.write(member.memberId()))
                .put("workspace_id", AdminIds.WORKSPACE.write(member.workspaceId()))
                .put("workspace_role", member.role().label());
    }
}
