package dev.stoa.inference.routing;

/** Hears of rollouts that ended by themselves. */
@FunctionalInterface
public interface RolloutJournal {

    /** Called in the transaction that ends it, on one server only. */
    void rolledBack(Alias before, String reason);
}
