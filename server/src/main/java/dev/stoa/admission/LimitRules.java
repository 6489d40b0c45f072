package dev.stoa.admission;

import dev.stoa.identity.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which rules hold for whom: what administrators set, and for keys the server's default where they set nothing. All
 * rules are held in memory and replaced as a whole when they change. Thread-safe.
 */
final class LimitRules {
    private final RateLimits keyDefault;
    private volatile Map<Scope, ScopeRule> set = Map.of();

    LimitRules(RateLimits keyDefault) {
        this.keyDefault = keyDefault;
    }

    void replace(Map<Scope, ScopeRule> rules) {
        set = Map.copyOf(rules);
    }

    /** The rules for a request, widest scope first; a key's own is always among them. */
    List<ScopeRule> of(Caller caller, String model) {
        Map<Scope, ScopeRule> now = set;
        List<ScopeRule> rules = new ArrayList<>(4);
        add(rules, now, Scope.Kind.ORGANIZATION, caller.organizationId(), model);
        add(rules, now, Scope.Kind.ORGANIZATION, caller.organizationId(), null);
        add(rules, now, Scope.Kind.WORKSPACE, caller.workspaceId(), model);
        add(rules, now, Scope.Kind.WORKSPACE, caller.workspaceId(), null);
        add(rules, now, Scope.Kind.MEMBER, caller.memberId(), model);
        add(rules, now, Scope.Kind.MEMBER, caller.memberId(), null);
        add(rules, now, Scope.Kind.KEY, caller.credentialId(), model);
        Scope key = new Scope(Scope.Kind.KEY, caller.credentialId(), null);
        ScopeRule own = now.get(key);
        rules.add(
                own == null
                        ? new ScopeRule(key, keyDefault, List.of())
                        : new ScopeRule(key, withDefault(own.limits()), own.budgets()));
        return rules;
    }

    private static void add(
            List<ScopeRule> into, Map<Scope, ScopeRule> rules, Scope.Kind kind, UUID id, @Nullable String model) {
        ScopeRule rule = rules.get(new Scope(kind, id, model));
        if (rule != null) {
            into.add(rule);
        }
    }

    private RateLimits withDefault(RateLimits own) {
        return new RateLimits(
                or(own.requests(), keyDefault.requests()),
                or(own.inputTokens(), keyDefault.inputTokens()),
                or(own.outputTokens(), keyDefault.outputTokens()),
                or(own.inFlight(), keyDefault.inFlight()));
    }

    private static long or(long own, long other) {
        return own == RateLimits.UNLIMITED ? other : own;
    }
}
