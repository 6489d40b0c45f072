package dev.stoa.api.admin;

import dev.stoa.admission.Budget;
import dev.stoa.admission.LimitAdministration;
import dev.stoa.admission.Scope;
import dev.stoa.admission.ScopeRule;
import dev.stoa.admission.SetBudget;
import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.identity.Administration;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import dev.stoa.identity.MemberDetails;
import dev.stoa.identity.People;
import dev.stoa.identity.Workspace;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/spend_limits} in Anthropic's shapes: those budgets of {@link LimitsController} that are in
 * money and for all models together, of the organization, its workspaces and its people.
 */
@Controller
final class SpendLimitsController {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int PAGE_DEFAULT = 20;
    private static final long NANODOLLARS_PER_CENT = 10_000_000;
    private static final Pattern CENTS = Pattern.compile("\\d{1,11}");

    private static final Map<String, Budget.Period> PERIODS =
            Map.of("daily", Budget.Period.DAY, "weekly", Budget.Period.WEEK, "monthly", Budget.Period.MONTH);

    private static final Map<String, Scope.Kind> SCOPES = Map.of(
            "organization", Scope.Kind.ORGANIZATION,
            "workspace", Scope.Kind.WORKSPACE,
            "user", Scope.Kind.MEMBER);

    private final AdminCallers callers;
    private final LimitAdministration limits;
    private final Administration administration;
    private final People people;
    private final AuditLog audit;
    private final TransactionTemplate transaction;

    SpendLimitsController(
            AdminCallers callers,
            LimitAdministration limits,
            Administration administration,
            People people,
            AuditLog audit,
            TransactionTemplate transaction) {
        this.callers = callers;
        this.limits = limits;
        this.administration = administration;
        this.people = people;
        this.audit = audit;
        this.transaction = transaction;
    }

    @RequestMapping("/v1/organizations/spend_limits")
    void all(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            set(caller, callers.read(http), response);
            return;
        }
        Set<Scope.Kind> kinds = Query.values(http, "scope_type")
                .map(SpendLimitsController::kind)
                .collect(Collectors.toSet());
        String workspace = http.getParameter("workspace_id");
        UUID only = workspace == null
                ? null
                : administration
                        .workspace(caller, AdminIds.WORKSPACE.read(workspace))
                        .id();
        List<SetBudget> found = of(caller).stream()
                .filter(each -> kinds.isEmpty() || kinds.contains(each.scope().kind()))
                .filter(each -> only == null || only.equals(each.scope().id()))
                .toList();
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.next(http, found, PAGE_DEFAULT, SpendLimitsController::id, SpendLimitsController::json));
    }

    @RequestMapping("/v1/organizations/spend_limits/{id}")
    void one(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "DELETE");
        SetBudget found = of(caller).stream()
                .filter(each -> id(each).equals(id))
                .findFirst()
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such spend limit."));
        if (http.getMethod().equals("DELETE")) {
            change(caller, found.scope(), found.budget().period(), null);
            Responses.json(
                    response,
                    HttpServletResponse.SC_OK,
                    JSON.createObjectNode().put("type", "spend_limit_deleted").put("id", id));
            return;
        }
        Responses.json(response, HttpServletResponse.SC_OK, json(found));
    }

    private void set(Caller caller, Fields fields, HttpServletResponse response) throws IOException {
        Scope scope = scope(caller, Fields.of(fields.required("scope"), "scope"));
        String named = fields.optionalString("period");
        Budget.Period period = PERIODS.get(named == null ? "monthly" : named);
        if (period == null) {
            throw Fields.invalid("period", "must be “daily”, “weekly” or “monthly”");
        }
        String amount = fields.optionalString("amount");
        if (amount == null || !CENTS.matcher(amount).matches()) {
            throw Fields.invalid(
                    "amount",
                    "must be a text of a whole number of cents, such as \"50000\" for $500; to lift a limit, delete it");
        }
        fields.end();
        long nanodollars = Long.parseLong(amount) * NANODOLLARS_PER_CENT;
        change(caller, scope, period, new Budget(period, Budget.Unit.NANODOLLARS, nanodollars));
        SetBudget now = of(caller).stream()
                .filter(each -> each.scope().equals(scope) && each.budget().period() == period)
                .findFirst()
                .orElseThrow(() -> new StoaException(ErrorKind.CONFLICT, "Somebody has changed it meanwhile."));
        Responses.json(response, HttpServletResponse.SC_OK, json(now));
    }

    /** Puts a budget in money in place of the one for this period; null removes it. */
    private void change(Caller caller, Scope scope, Budget.Period period, @Nullable Budget budget) {
        transaction.executeWithoutResult(_ -> {
            limits.change(scope, before -> {
                List<Budget> budgets = new ArrayList<>(before.budgets());
                budgets.removeIf(each -> each.unit() == Budget.Unit.NANODOLLARS && each.period() == period);
                if (budget != null) {
                    budgets.add(budget);
                }
                return new ScopeRule(scope, before.limits(), budgets);
            });
            ObjectNode what = JSON.createObjectNode()
                    .put("period", label(period))
                    .put("amount", budget == null ? null : cents(budget));
            what.set("scope", scope(scope));
            audit.record(caller, "spend_limit.set", scope.id().toString(), JSON.convertValue(what, Map.class));
        });
    }

    /** Those of the caller's organization. */
    private List<SetBudget> of(Caller caller) {
        Set<UUID> own = new HashSet<>(Set.of(caller.organizationId()));
        administration.workspaces(caller).stream().map(Workspace::id).forEach(own::add);
        people.members(caller).stream().map(MemberDetails::id).forEach(own::add);
        return limits.budgets().stream()
                .filter(each -> each.budget().unit() == Budget.Unit.NANODOLLARS)
                .filter(each -> each.scope().model() == null)
                .filter(each -> own.contains(each.scope().id()))
                .toList();
    }

    private static Scope.Kind kind(String type) {
        Scope.Kind kind = SCOPES.get(type);
        if (kind == null) {
            throw Fields.invalid("scope_type", "must be “organization”, “workspace” or “user” here");
        }
        return kind;
    }

    private Scope scope(Caller caller, Fields fields) {
        String type = fields.requiredString("type");
        Scope scope = switch (type) {
            case "organization" -> new Scope(Scope.Kind.ORGANIZATION, caller.organizationId(), null);
            case "workspace" -> {
                UUID id = AdminIds.WORKSPACE.read(fields.requiredString("workspace_id"));
                yield new Scope(
                        Scope.Kind.WORKSPACE,
                        administration.workspace(caller, id).id(),
                        null);
            }
            case "user" -> {
                UUID id = AdminIds.MEMBER.read(fields.requiredString("user_id"));
                yield new Scope(Scope.Kind.MEMBER, people.member(caller, id).id(), null);
            }
            default -> throw Fields.invalid(fields.path("type"), "must be “organization”, “workspace” or “user”");
        };
        fields.end();
        return scope;
    }

    private static ObjectNode scope(Scope scope) {
        ObjectNode json = JSON.createObjectNode();
        return switch (scope.kind()) {
            case ORGANIZATION -> json.put("type", "organization");
            case WORKSPACE -> json.put("type", "workspace").put("workspace_id", AdminIds.WORKSPACE.write(scope.id()));
            case MEMBER -> json.put("type", "user").put("user_id", AdminIds.MEMBER.write(scope.id()));
            case KEY -> throw new IllegalStateException("the protocol has no such scope");
        };
    }

    private static String label(Budget.Period period) {
        return switch (period) {
            case DAY -> "daily";
            case WEEK -> "weekly";
            case MONTH -> "monthly";
        };
    }

    /** The same as long as there is one for this scope and period. */
    private static String id(SetBudget set) {
        String name =
                set.scope().kind() + " " + set.scope().id() + " " + set.budget().period();
        return "spl_" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /** A budget that was set finer than in cents has decimals. */
    private static String cents(Budget budget) {
        return BigDecimal.valueOf(budget.amount())
                .divide(BigDecimal.valueOf(NANODOLLARS_PER_CENT))
                .toPlainString();
    }

    private static ObjectNode json(SetBudget set) {
        ObjectNode json = JSON.createObjectNode().put("type", "spend_limit").put("id", id(set));
        json.set("scope", scope(set.scope()));
        return json.put("amount", cents(set.budget()))
                .put("currency", "USD")
                .put("period", label(set.budget().period()))
                .put("is_enabled", true)
                .put("created_at", set.createdAt().toString())
                .put("updated_at", set.updatedAt().toString());
    }
}
