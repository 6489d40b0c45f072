package dev.stoa.admission;

/**
 * What a request asks for, reserved before it starts.
 *
 * @param inputTokens of its prompts, exact
 * @param outputTokens that it will likely write: what the rate limits count until its end
 * @param outputMax the most that it can write: what the budgets count until its end
 * @param costMax of all that in billionths of a dollar
 */
record Demand(long inputTokens, long outputTokens, long outputMax, long costMax) {
    long tokensMax() {
        return inputTokens + outputMax;
    }
}
