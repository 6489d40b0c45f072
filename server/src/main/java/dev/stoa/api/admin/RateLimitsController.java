package dev.stoa.api.admin;

import dev.stoa.admission.LimitAdministration;
import dev.stoa.admission.RateLimits;
import dev.stoa.admission.Scope;
import dev.stoa.admission.ScopeRule;
import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.identity.Administration;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Inference;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/rate_limits} and {@code workspaces/{id}/rate_limits} in Anthropic's shapes: what
 * {@link LimitsController} sets for an organization and a workspace, by groups of models and kinds of limit.
 */
@Controller
final class RateLimitsController {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String GROUP_TYPES = "group_type";

    private final AdminCallers callers;
    private final LimitAdministration limits;
    private final Administration administration;
    private final Inference inference;
    private final AuditLog audit;
    private final TransactionTemplate transaction;

    RateLimitsController(
            AdminCallers callers,
            LimitAdministration limits,
            Administration administration,
            Inference inference,
            AuditLog audit,
            TransactionTemplate transaction) {
        this.callers = callers;
        this.limits = limits;
        this.administration = administration;
        this.inference = inference;
        this.audit = audit;
        this.transaction = transaction;
    }

    @RequestMapping("/v1/organizations/rate_limits")
    void organization(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        Map<Scope, ScopeRule> set = limits.all();
        List<ModelGroup> groups = groups(http, Set.of(caller.organizationId()), set);
        String model = http.getParameter("model");
        if (model != null) {
            groups = List.of(groups.stream()
                    .filter(group -> group.holds(model))
                    .findFirst()
                    .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "No rate limit is about this model.")));
        }
        UUID organization = caller.organizationId();
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.next(http, groups, Integer.MAX_VALUE, group -> group.entryId(organization), group -> {
                    ObjectNode json =
                            JSON.createObjectNode().put("type", "rate_limit").put("id", group.entryId(organization));
                    group.describe(json);
                    ArrayNode values = json.putArray("limits");
                    limits(set, group.scope(Scope.Kind.ORGANIZATION, organization))
                            .forEach((kind, value) ->
                                    values.addObject().put("type", kind.label()).put("value", value));
                    return json;
                }));
    }

    @RequestMapping("/v1/organizations/workspaces/{id}/rate_limits")
    void workspace(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        UUID workspace =
                administration.workspace(caller, AdminIds.WORKSPACE.read(id)).id();
        boolean inherited = Query.flag(http, "include_inherited");
        Map<Scope, ScopeRule> set = limits.all();
        List<ModelGroup> groups = groups(http, Set.of(caller.organizationId(), workspace), set).stream()
                .filter(group -> !limits(set, group.scope(Scope.Kind.WORKSPACE, workspace))
                                .isEmpty()
                        || inherited
                                && !limits(set, group.scope(Scope.Kind.ORGANIZATION, caller.organizationId()))
                                        .isEmpty())
                .toList();
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.next(
                        http,
                        groups,
                        Integer.MAX_VALUE,
                        group -> group.entryId(caller.organizationId()),
                        group -> entry(caller, workspace, group, set, inherited)));
    }

    @RequestMapping("/v1/organizations/workspaces/{id}/rate_limits/{rate_limit_id}")
    void change(
            @PathVariable("id") String id,
            @PathVariable("rate_limit_id") String limit,
            HttpServletRequest http,
            HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "POST");
        UUID workspace =
                administration.workspace(caller, AdminIds.WORKSPACE.read(id)).id();
        ModelGroup group =
                ModelGroup.all(Set.of(caller.organizationId(), workspace), inference.models(), limits.all()).stream()
                        .filter(each -> each.entryId(caller.organizationId()).equals(limit))
                        .findFirst()
                        .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such rate limit."));
        Map<LimitKind, OptionalLong> changes = changes(callers.read(http));
        Scope scope = group.scope(Scope.Kind.WORKSPACE, workspace);
        transaction.executeWithoutResult(_ -> {
            ScopeRule now = limits.change(scope, before -> {
                RateLimits changed = before.limits();
                for (Map.Entry<LimitKind, OptionalLong> each : changes.entrySet()) {
                    changed = each.getKey().with(changed, each.getValue().orElse(RateLimits.UNLIMITED));
                }
                return new ScopeRule(scope, changed, before.budgets());
            });
            ObjectNode what = JSON.createObjectNode().put("workspace_id", AdminIds.WORKSPACE.write(workspace));
            what.put("model", scope.model());
            LimitKind.of(now.limits()).forEach((kind, value) -> what.put(kind.label(), value));
            audit.record(caller, "limits.set", scope.id().toString(), JSON.convertValue(what, Map.class));
        });
        Responses.json(response, HttpServletResponse.SC_OK, entry(caller, workspace, group, limits.all(), false));
    }

    private static Map<LimitKind, OptionalLong> changes(Fields body) {
        Map<LimitKind, OptionalLong> changes = new EnumMap<>(LimitKind.class);
        body.required("limits");
        int i = 0;
        for (JsonNode item : body.list("limits")) {
            Fields fields = Fields.of(item, "limits." + i++);
            LimitKind kind = LimitKind.named(fields.requiredString("type"), fields.path("type"));
            OptionalLong value = fields.optionalLong("value");
            Fields.require(value.orElse(1) >= 1, fields.path("value"), "must be at least 1, or null");
            Fields.require(changes.put(kind, value) == null, fields.path("type"), "is there twice");
            fields.end();
        }
        body.end();
        return changes;
    }

    private List<ModelGroup> groups(HttpServletRequest http, Set<UUID> owners, Map<Scope, ScopeRule> set) {
        String type = http.getParameter(GROUP_TYPES);
        List<ModelGroup> all = ModelGroup.all(owners, inference.models(), set);
        return switch (type) {
            case null -> all;
            case ModelGroup.TYPE -> all;
            // The protocol's other groups, which this server bounds by no rate of their own.
            case "batch", "files", "skills", "token_count", "web_search" -> List.of();
            default -> throw Fields.invalid(GROUP_TYPES, "is no type of group");
        };
    }

    private static Map<LimitKind, Long> limits(Map<Scope, ScopeRule> set, Scope scope) {
        ScopeRule rule = set.get(scope);
        return rule == null ? Map.of() : LimitKind.of(rule.limits());
    }

    private static ObjectNode entry(
            Caller caller, UUID workspace, ModelGroup group, Map<Scope, ScopeRule> set, boolean inherited) {
        Map<LimitKind, Long> own = limits(set, group.scope(Scope.Kind.WORKSPACE, workspace));
        Map<LimitKind, Long> above = limits(set, group.scope(Scope.Kind.ORGANIZATION, caller.organizationId()));
        ObjectNode json = JSON.createObjectNode()
                .put("type", "workspace_rate_limit")
                .put("rate_limit_id", group.entryId(caller.organizationId()))
                .put("workspace_id", AdminIds.WORKSPACE.write(workspace));
        group.describe(json);
        ArrayNode values = json.putArray("limits");
        for (LimitKind kind : LimitKind.values()) {
            Optional<Long> value = Optional.ofNullable(own.get(kind))
                    .or(() -> Optional.ofNullable(inherited ? above.get(kind) : null));
            value.ifPresent(bound -> value(values.addObject(), kind, bound, above.get(kind), own.containsKey(kind)));
        }
        return json;
    }

    private static void value(ObjectNode json, LimitKind kind, long value, @Nullable Long above, boolean own) {
        json.put("type", kind.label()).put("value", value).put("org_limit", above);
        json.putObject("source").put("type", own ? "workspace" : "organization");
    }
}
