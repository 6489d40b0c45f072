package dev.stoa.engine.schedule;

/**
 * How long a step takes by its rows: a line through the steps made so far, by least squares, old ones fading. What the
 * line leaves out (how far back attention looks) shows as noise and is followed with a delay. For the engine thread.
 */
final class StepCost {
    /** Half of a step's weight is gone after 35 more. */
    private static final double FADE = 0.98;

    /** Steps that differ less in size than this tell nothing about what a row costs. */
    private static final double SPREAD_MIN = 1;

    private double weight;
    private double rowsSum;
    private double rowsSquares;
    private double nanosSum;
    private double products;

    void add(int rows, long nanos) {
        weight = weight * FADE + 1;
        rowsSum = rowsSum * FADE + rows;
        rowsSquares = rowsSquares * FADE + (double) rows * rows;
        nanosSum = nanosSum * FADE + nanos;
        products = products * FADE + (double) rows * nanos;
    }

    /** The most rows of a step that takes no longer than this; unbounded as long as nothing is known. */
    int rowsWithin(long nanos) {
        if (weight == 0) {
            return Integer.MAX_VALUE;
        }
        double meanRows = rowsSum / weight;
        double meanNanos = nanosSum / weight;
        double spread = rowsSquares / weight - meanRows * meanRows;
        double slope = (products / weight - meanRows * meanNanos) / spread;
        if (spread < SPREAD_MIN || !(slope > 0)) {
            // As if all of the time were the rows': a cautious guess, until steps of different sizes tell more.
            return (int) (nanos / Math.max(1, meanNanos / meanRows));
        }
        double fixed = Math.max(0, meanNanos - slope * meanRows);
        return (int) Math.max(0, (nanos - fixed) / slope);
    }
}
