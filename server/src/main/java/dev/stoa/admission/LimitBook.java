package dev.stoa.admission;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where scopes' states are kept. Work is done in batches, each in one piece and in order: what an entry reserves, the
 * next one sees.
 */
interface LimitBook {

    /** One thing to do. */
    sealed interface Entry {}

    /** Reserve in every scope, or in none. */
    record Reserve(List<ScopeRule> rules, Demand demand) implements Entry {}

    /** End what was reserved at {@code then}. */
    record Settle(List<Scope> scopes, long then, Demand demand, Spending used) implements Entry {}

    /** Count what was used by a request whose reservation is gone. */
    record Charge(List<Scope> scopes, Spending used) implements Entry {}

    /**
     * Say that this server is alive and has this on its way, in place of what was counted: what a store forgot comes
     * back, and what it counted for nobody goes. Nothing at all asks whether the store is there.
     */
    record Touch(Map<Scope, OnTheWay> busy) implements Entry {}

    /**
     * What became of an entry.
     *
     * @param atMillis when, by the book's clock
     * @param refusedBy the scope that had not enough; null if it was done
     */
    record Verdict(
            long atMillis, Allowance allowance, @Nullable Scope refusedBy, ScopeState.@Nullable Shortage shortage) {}

    /**
     * Does it all or nothing of it.
     *
     * @param server whose requests these are
     * @return a verdict for each entry, in their order
     * @throws org.springframework.dao.DataAccessException or TransactionException if the store is away
     */
    List<Verdict> apply(UUID server, List<Entry> entries);
}
