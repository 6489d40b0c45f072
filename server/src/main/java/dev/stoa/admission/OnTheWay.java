package dev.stoa.admission;

/**
 * What one server has on its way in a scope.
 *
 * @param tokens the most that its requests may take
 * @param cost of all that in billionths of a dollar
 */
record OnTheWay(int requests, long tokens, long cost) {
    static final OnTheWay NOTHING = new OnTheWay(0, 0, 0);

    OnTheWay plus(Demand demand) {
        return new OnTheWay(requests + 1, tokens + demand.tokensMax(), cost + demand.costMax());
    }

    OnTheWay minus(Demand demand) {
        return new OnTheWay(
                Math.max(0, requests - 1),
                Math.max(0, tokens - demand.tokensMax()),
                Math.max(0, cost - demand.costMax()));
    }
}
