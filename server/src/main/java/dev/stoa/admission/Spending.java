package dev.stoa.admission;

/**
 * What a request has used in the end.
 *
 * @param cost in billionths of a dollar
 */
public record Spending(long inputTokens, long outputTokens, long cost) {
    public static final Spending NOTHING = new Spending(0, 0, 0);

    long tokens() {
        return inputTokens + outputTokens;
    }

    Spending plus(Spending other) {
        return new Spending(inputTokens + other.inputTokens, outputTokens + other.outputTokens, cost + other.cost);
    }
}
