package dev.stoa.admission;

import dev.stoa.shared.StoaException;

/**
 * A place for one request. It is entered first, so that work on the request is bounded; then what the request asks for is
 * reserved; and it ends with what was used. Ends once: a second end does nothing. Thread-safe.
 */
public interface Permit extends AutoCloseable {

    /**
     * Reserves in every limit and budget that holds for the caller, or in none.
     *
     * @param model the model's own name
     * @param inputTokens of the prompts, exact
     * @param outputMax the most tokens that may be written
     * @param costMax of all that, in billionths of a dollar
     * @throws StoaException RATE_LIMITED with the time to wait; BILLING if a budget is spent; OVERLOADED if nothing can
     *     be counted now and the server is set to refuse then
     */
    void reserve(String model, long inputTokens, long outputMax, long costMax) throws InterruptedException;

    /** Ends it. */
    void settle(Spending used);

    /** Ends it with nothing used. */
    @Override
    default void close() {
        settle(Spending.NOTHING);
    }
}
