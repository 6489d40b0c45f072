package dev.stoa.admission;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionTemplate;

/** What administrators set and see of limits and budgets. A change holds on all servers at once. Thread-safe. */
public final class LimitAdministration {
    private final LimitRepository repository;
    private final TransactionTemplate transaction;
    private final Clock clock;

    LimitAdministration(LimitRepository repository, TransactionTemplate transaction, Clock clock) {
        this.repository = repository;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Sets what holds for a scope, in place of all that did. */
    public void set(ScopeRule rule) {
        change(rule.scope(), _ -> rule);
    }

    /**
     * Changes what holds for a scope; others who change it wait meanwhile.
     *
     * @param change from what is set, which may be nothing, to what shall be
     * @return what is set now
     */
    public ScopeRule change(Scope scope, UnaryOperator<ScopeRule> change) {
        return Objects.requireNonNull(transaction.execute(_ -> {
            repository.lock(scope);
            ScopeRule before = find(scope);
            ScopeRule rule = change.apply(before == null ? new ScopeRule(scope, RateLimits.NONE, List.of()) : before);
            repository.setLimits(scope, rule.limits());
            repository.setBudgets(scope, rule.budgets(), clock.instant());
            return rule;
        }));
    }

    /** What is set for a scope; null if nothing is. */
    public @Nullable ScopeRule find(Scope scope) {
        return repository.all().get(scope);
    }

    /**
     * What was spent in the period of the calendar that holds now, as far as it was counted: scopes without a rule are
     * not.
     */
    public long spent(Scope scope, Budget.Period period, Budget.Unit unit) {
        return repository
                .state(scope)
                .map(state -> state.spent(clock.millis(), period, unit))
                .orElse(0L);
    }

    /** All budgets, the newest first. */
    public List<SetBudget> budgets() {
        return repository.budgets();
    }

    /** All that is set. */
    public Map<Scope, ScopeRule> all() {
        return repository.all();
    }
}
