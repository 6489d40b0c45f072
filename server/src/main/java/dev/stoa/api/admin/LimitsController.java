package dev.stoa.api.admin;

import dev.stoa.admission.Budget;
import dev.stoa.admission.LimitAdministration;
import dev.stoa.admission.RateLimits;
import dev.stoa.admission.Scope;
import dev.stoa.admission.ScopeRule;
import dev.stoa.api.Fields;
import dev.stoa.api.Responses;
import dev.stoa.identity.Administration;
import dev.stoa.identity.ApiKey;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import dev.stoa.identity.MemberDetails;
import dev.stoa.identity.People;
import dev.stoa.identity.Workspace;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/limits}: the limits and budgets that are set, each scope's as one object; a POST puts a
 * scope's in place of those it had, and says with none that it has none.
 */
@Controller
final class LimitsController {
    private static final BigDecimal NANODOLLARS = BigDecimal.valueOf(1_000_000_000);
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final LimitAdministration limits;
    private final Administration administration;
    private final People people;
    private final AuditLog audit;
    private final TransactionTemplate transaction;

    LimitsController(
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

    @RequestMapping("/v1/organizations/limits")
    void limits(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            ScopeRule rule = rule(caller, callers.read(http));
            ObjectNode json = json(rule);
            transaction.executeWithoutResult(_ -> {
                limits.set(rule);
                audit.record(caller, "limits.set", rule.scope().id().toString(), JSON.convertValue(json, Map.class));
            });
            Responses.json(response, HttpServletResponse.SC_OK, withSpending(json, rule));
            return;
        }
        Set<UUID> own = idsOf(caller);
        List<ScopeRule> rules = limits.all().values().stream()
                .filter(rule -> own.contains(rule.scope().id()))
                .sorted(Comparator.comparing(LimitsController::id))
                .toList();
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.of(http, rules, LimitsController::id, rule -> withSpending(json(rule), rule)));
    }

    private Set<UUID> idsOf(Caller caller) {
        Set<UUID> ids = new HashSet<>(Set.of(caller.organizationId()));
        administration.workspaces(caller).stream().map(Workspace::id).forEach(ids::add);
        administration.keys(caller).stream().map(ApiKey::id).forEach(ids::add);
        people.members(caller).stream().map(MemberDetails::id).forEach(ids::add);
        return ids;
    }

    private ScopeRule rule(Caller caller, Fields fields) {
        Fields scopeFields = Fields.of(fields.required("scope"), "scope");
        Scope scope = scope(caller, scopeFields);
        scopeFields.end();
        RateLimits set = new RateLimits(
                bound(fields, "requests_per_minute"),
                bound(fields, "input_tokens_per_minute"),
                bound(fields, "output_tokens_per_minute"),
                bound(fields, "in_flight"));
        List<Budget> budgets = new ArrayList<>();
        for (JsonNode item : fields.list("budgets")) {
            budgets.add(budget(Fields.of(item, "budgets." + budgets.size())));
        }
        fields.end();
        if (budgets.stream()
                        .map(each -> each.period() + " " + each.unit())
                        .distinct()
                        .count()
                != budgets.size()) {
            throw Fields.invalid("budgets", "must hold one at most for each period and unit");
        }
        return new ScopeRule(scope, set, budgets);
    }

    /** Only what is the caller's organization's own. */
    private Scope scope(Caller caller, Fields fields) {
        String type = fields.requiredString("type");
        String id = fields.optionalString("id");
        String model = fields.optionalString("model");
        if (type.equals("organization")) {
            return new Scope(Scope.Kind.ORGANIZATION, caller.organizationId(), model);
        }
        if (id == null) {
            throw Fields.invalid(fields.path("id"), "this field is required");
        }
        return switch (type) {
            case "workspace" ->
                new Scope(
                        Scope.Kind.WORKSPACE,
                        administration
                                .workspace(caller, AdminIds.WORKSPACE.read(id))
                                .id(),
                        model);
            case "user" ->
                new Scope(
                        Scope.Kind.MEMBER,
                        people.member(caller, AdminIds.MEMBER.read(id)).id(),
                        model);
            case "api_key" ->
                new Scope(
                        Scope.Kind.KEY,
                        administration.key(caller, AdminIds.KEY.read(id)).id(),
                        model);
            default ->
                throw Fields.invalid(fields.path("type"), "must be “organization”, “workspace”, “user” or “api_key”");
        };
    }

    private static long bound(Fields fields, String name) {
        long value = fields.optionalLong(name).orElse(RateLimits.UNLIMITED);
        if (value < 1) {
            throw Fields.invalid(name, "must be at least 1");
        }
        return value;
    }

    private static Budget budget(Fields fields) {
        Budget.Period period = switch (fields.requiredString("period")) {
            case "day" -> Budget.Period.DAY;
            case "week" -> Budget.Period.WEEK;
            case "month" -> Budget.Period.MONTH;
            default -> throw Fields.invalid(fields.path("period"), "must be “day”, “week” or “month”");
        };
        JsonNode amount = fields.required("amount");
        if (!amount.isNumber() || amount.decimalValue().signum() < 0) {
            throw Fields.invalid(fields.path("amount"), "must be a number that isn't negative");
        }
        Budget budget = switch (fields.requiredString("unit")) {
            case "tokens" -> new Budget(period, Budget.Unit.TOKENS, exact(fields, amount.decimalValue()));
            case "usd" ->
                new Budget(
                        period,
                        Budget.Unit.NANODOLLARS,
                        exact(fields, amount.decimalValue().multiply(NANODOLLARS)));
            default -> throw Fields.invalid(fields.path("unit"), "must be “tokens” or “usd”");
        };
        fields.end();
        return budget;
    }

    private static long exact(Fields fields, BigDecimal amount) {
        try {
            return amount.longValueExact();
        } catch (ArithmeticException e) {
            throw Fields.invalid(fields.path("amount"), "is too large, or finer than it can be counted");
        }
    }

    private static @Nullable String id(ScopeRule rule) {
        Scope scope = rule.scope();
        String id = switch (scope.kind()) {
            case ORGANIZATION -> scope.id().toString();
            case WORKSPACE -> AdminIds.WORKSPACE.write(scope.id());
            case MEMBER -> AdminIds.MEMBER.write(scope.id());
            case KEY -> AdminIds.KEY.write(scope.id());
        };
        return scope.model() == null ? id : id + ":" + scope.model();
    }

    private static String type(Scope.Kind kind) {
        return switch (kind) {
            case ORGANIZATION, WORKSPACE -> lower(kind);
            case MEMBER -> "user";
            case KEY -> "api_key";
        };
    }

    private static ObjectNode json(ScopeRule rule) {
        Scope scope = rule.scope();
        ObjectNode json = JSON.createObjectNode().put("id", id(rule)).put("type", "rate_limit");
        json.putObject("scope")
                .put("type", type(scope.kind()))
                .put("id", id(new ScopeRule(new Scope(scope.kind(), scope.id(), null), RateLimits.NONE, List.of())))
                .put("model", scope.model());
        RateLimits set = rule.limits();
        put(json, "requests_per_minute", set.requests());
        put(json, "input_tokens_per_minute", set.inputTokens());
        put(json, "output_tokens_per_minute", set.outputTokens());
        put(json, "in_flight", set.inFlight());
        ArrayNode budgets = json.putArray("budgets");
        for (Budget budget : rule.budgets()) {
            ObjectNode each = budgets.addObject()
                    .put("period", lower(budget.period()))
                    .put("unit", budget.unit() == Budget.Unit.TOKENS ? "tokens" : "usd");
            put(each, "amount", budget.unit(), budget.amount());
        }
        return json;
    }

    private ObjectNode withSpending(ObjectNode json, ScopeRule rule) {
        for (int i = 0; i < rule.budgets().size(); i++) {
            Budget budget = rule.budgets().get(i);
            put(
                    (ObjectNode) json.get("budgets").get(i),
                    "spent",
                    budget.unit(),
                    limits.spent(rule.scope(), budget.period(), budget.unit()));
        }
        return json;
    }

    private static void put(ObjectNode json, String name, Budget.Unit unit, long amount) {
        if (unit == Budget.Unit.TOKENS) {
            json.put(name, amount);
        } else {
            json.put(name, BigDecimal.valueOf(amount).divide(NANODOLLARS));
        }
    }

    private static void put(ObjectNode json, String name, long bound) {
        if (bound == RateLimits.UNLIMITED) {
            json.putNull(name);
        } else {
            json.put(name, bound);
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
