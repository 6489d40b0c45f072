package dev.stoa.admission;

import dev.stoa.admission.LimitBook.Charge;
import dev.stoa.admission.LimitBook.Entry;
import dev.stoa.admission.LimitBook.Reserve;
import dev.stoa.admission.LimitBook.Settle;
import dev.stoa.admission.LimitBook.Touch;
import dev.stoa.admission.LimitBook.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a batch of entries changes the states that it is about; the same for every kind of book. */
final class LimitPages {
    private LimitPages() {}

    /** The scopes that a batch is about, by their keys in order: locks are taken so, and never cross. */
    static SortedSet<String> keys(List<Entry> entries) {
        SortedSet<String> keys = new TreeSet<>();
        for (Entry entry : entries) {
            switch (entry) {
                case Reserve(List<ScopeRule> rules, Demand _) ->
                    rules.forEach(rule -> keys.add(rule.scope().key()));
                case Settle(List<Scope> scopes, long _, Demand _, Spending _) ->
                    scopes.forEach(scope -> keys.add(scope.key()));
                case Charge(List<Scope> scopes, Spending _) -> scopes.forEach(scope -> keys.add(scope.key()));
                case Touch(Map<Scope, OnTheWay> busy) -> busy.keySet().forEach(scope -> keys.add(scope.key()));
            }
        }
        return keys;
    }

    /** @param states by key, for each of {@link #keys} */
    static List<Verdict> apply(long now, UUID server, List<Entry> entries, SortedMap<String, ScopeState> states) {
        List<Verdict> verdicts = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            verdicts.add(
                    switch (entry) {
                        case Reserve(List<ScopeRule> rules, Demand demand) ->
                            reserve(now, server, rules, demand, states);
                        case Settle(List<Scope> scopes, long then, Demand demand, Spending used) -> {
                            scopes.forEach(scope -> of(states, scope).settle(now, server, then, demand, used));
                            yield new Verdict(now, Allowance.UNKNOWN, null, null);
                        }
                        case Charge(List<Scope> scopes, Spending used) -> {
                            scopes.forEach(scope -> of(states, scope).charge(now, used));
                            yield new Verdict(now, Allowance.UNKNOWN, null, null);
                        }
                        case Touch(Map<Scope, OnTheWay> busy) -> {
                            busy.forEach((scope, held) -> of(states, scope).touch(now, server, held));
                            yield new Verdict(now, Allowance.UNKNOWN, null, null);
                        }
                    });
        }
        return verdicts;
    }

    static ScopeState of(SortedMap<String, ScopeState> states, Scope scope) {
        ScopeState state = states.get(scope.key());
        if (state == null) {
            throw new IllegalStateException("the state of " + scope + " was not read");
        }
        return state;
    }

    private static Verdict reserve(
            long now, UUID server, List<ScopeRule> rules, Demand demand, SortedMap<String, ScopeState> states) {
        @Nullable Scope refusedBy = null;
        ScopeState.@Nullable Shortage worst = null;
        for (ScopeRule rule : rules) {
            ScopeState.Shortage shortage = of(states, rule.scope()).shortage(now, rule, demand);
            if (shortage != null && (worst == null || shortage.retryMillis() > worst.retryMillis())) {
                worst = shortage;
                refusedBy = rule.scope();
            }
        }
        Allowance allowance = Allowance.UNKNOWN;
        for (ScopeRule rule : rules) {
            ScopeState state = of(states, rule.scope());
            if (worst == null) {
                state.reserve(now, server, demand);
            }
            allowance = allowance.and(state.allowance(now, rule));
        }
        return new Verdict(now, allowance, refusedBy, worst);
    }
}
