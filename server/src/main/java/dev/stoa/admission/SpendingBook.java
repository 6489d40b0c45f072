package dev.stoa.admission;

import java.util.Map;

/** Where what was spent is kept for good. */
@FunctionalInterface
interface SpendingBook {

    /**
     * Counts it in the periods that hold now, all or nothing. Called now and then with nothing, for what is to be done
     * again.
     *
     * @throws org.springframework.dao.DataAccessException or TransactionException if the database is away
     */
    void charge(Map<Scope, Spending> used);
}
