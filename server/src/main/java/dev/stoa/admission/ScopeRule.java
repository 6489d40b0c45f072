package dev.stoa.admission;

import java.util.List;

/** What holds for a scope. */
public record ScopeRule(Scope scope, RateLimits limits, List<Budget> budgets) {
    public ScopeRule {
        budgets = List.copyOf(budgets);
    }
}
