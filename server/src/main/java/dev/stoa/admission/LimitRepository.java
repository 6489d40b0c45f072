package dev.stoa.admission;

import dev.stoa.admission.Budget.Period;
import dev.stoa.admission.Budget.Unit;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The SQL of limits and budgets. Stateless. */
final class LimitRepository {
    private final JdbcClient jdbc;

    LimitRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record BudgetRow(Scope scope, Budget budget) {}

    /** All that is set, by scope. */
    Map<Scope, ScopeRule> all() {
        Map<Scope, ScopeRule> rules = new HashMap<>();
        jdbc.sql("SELECT * FROM rate_limit")
                .query((row, _) -> new ScopeRule(
                        scope(row),
                        new RateLimits(
                                bound(row, "requests_per_minute"),
                                bound(row, "input_tokens_per_minute"),
                                bound(row, "output_tokens_per_minute"),
                                bound(row, "in_flight")),
                        List.of()))
                .list()
                .forEach(rule -> rules.put(rule.scope(), rule));
        jdbc.sql("SELECT * FROM budget")
                .query((row, _) -> new BudgetRow(scope(row), budget(row)))
                .list()
                .forEach(each -> rules.merge(
                        each.scope(),
                        new ScopeRule(each.scope(), RateLimits.NONE, List.of(each.budget())),
                        LimitRepository::join));
        return rules;
    }

    private static ScopeRule join(ScopeRule rule, ScopeRule more) {
        List<Budget> budgets = new ArrayList<>(rule.budgets());
        budgets.addAll(more.budgets());
        return new ScopeRule(rule.scope(), rule.limits(), budgets);
    }

    private static Scope scope(ResultSet row) throws SQLException {
        String model = row.getString("model");
        return new Scope(
                Scope.Kind.valueOf(upper(row.getString("scope_kind"))),
                row.getObject("scope_id", UUID.class),
                model.isEmpty() ? null : model);
    }

    private static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static long bound(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? RateLimits.UNLIMITED : value;
    }

    private static @Nullable Long orNull(long bound) {
        return bound == RateLimits.UNLIMITED ? null : bound;
    }

    private static String model(Scope scope) {
        return scope.model() == null ? "" : scope.model();
    }

    /** What counts for a scope; empty if nothing ever did. */
    Optional<ScopeState> state(Scope scope) {
        return jdbc.sql("SELECT state FROM limit_state WHERE key = ?")
                .param(scope.key())
                .query((row, _) -> ScopeState.decode(row.getBytes("state")))
                .optional();
    }

    /** Sets the limits of a scope, in place of those it had; {@link RateLimits#NONE} removes them. */
    void setLimits(Scope scope, RateLimits limits) {
        jdbc.sql("DELETE FROM rate_limit WHERE scope_kind = ? AND scope_id = ? AND model = ?")
                .params(lower(scope.kind()), scope.id(), model(scope))
                .update();
        if (!limits.isNone()) {
            jdbc.sql("""
                            INSERT INTO rate_limit (scope_kind, scope_id, model, requests_per_minute,
                                input_tokens_per_minute, output_tokens_per_minute, in_flight)
                            VALUES (?, ?, ?, ?::bigint, ?::bigint, ?::bigint, ?::bigint)
                            """)
                    .param(lower(scope.kind()))
                    .param(scope.id())
                    .param(model(scope))
                    .param(orNull(limits.requests()))
                    .param(orNull(limits.inputTokens()))
                    .param(orNull(limits.outputTokens()))
                    .param(orNull(limits.inFlight()))
                    .update();
        }
    }

    /** Sets the budgets of a scope, in place of those it had; one that stays as it was keeps its times. */
    void setBudgets(Scope scope, List<Budget> budgets, Instant now) {
        jdbc.sql("""
                        DELETE FROM budget WHERE scope_kind = ? AND scope_id = ? AND model = ?
                            AND NOT period || ' ' || unit = ANY (?)
                        """)
                .param(lower(scope.kind()))
                .param(scope.id())
                .param(model(scope))
                .param(budgets.stream()
                        .map(each -> lower(each.period()) + " " + lower(each.unit()))
                        .toArray(String[]::new))
                .update();
        for (Budget budget : budgets) {
            jdbc.sql("""
                            INSERT INTO budget AS old
                                (scope_kind, scope_id, model, period, unit, amount, created_at, updated_at)
                            VALUES (:kind, :id, :model, :period, :unit, :amount, :now, :now)
                            ON CONFLICT (scope_kind, scope_id, model, period, unit)
                                DO UPDATE SET amount = excluded.amount, updated_at = excluded.updated_at
                                WHERE old.amount <> excluded.amount
                            """)
                    .param("kind", lower(scope.kind()))
                    .param("id", scope.id())
                    .param("model", model(scope))
                    .param("period", lower(budget.period()))
                    .param("unit", lower(budget.unit()))
                    .param("amount", budget.amount())
                    .param("now", Timestamp.from(now))
                    .update();
        }
    }

    /** All budgets with when they were set, the newest first. */
    List<SetBudget> budgets() {
        return jdbc.sql("SELECT * FROM budget ORDER BY created_at DESC, scope_kind, scope_id, model, period, unit")
                .query((row, _) -> new SetBudget(
                        scope(row),
                        budget(row),
                        row.getTimestamp("created_at").toInstant(),
                        row.getTimestamp("updated_at").toInstant()))
                .list();
    }

    /** Holds off others who would change the same scope until the transaction ends. */
    void lock(Scope scope) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param("limits " + scope.key())
                .query((_, _) -> 0)
                .single();
    }

    private static Budget budget(ResultSet row) throws SQLException {
        return new Budget(
                Period.valueOf(upper(row.getString("period"))),
                Unit.valueOf(upper(row.getString("unit"))),
                row.getLong("amount"));
    }
}
