package dev.stoa.bench;

import java.util.Arrays;

/** Measures of fair sharing. */
final class Fairness {
    private Fairness() {}

    /** Jain's index of what each got by what was fair: 1 is even, 1/n is all for one. */
    static double jain(double[] got, double[] fair) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < got.length; i++) {
            double x = got[i] / fair[i];
            sum += x;
            squares += x * x;
        }
        return sum * sum / (got.length * squares);
    }

    /** Max-min fair shares of a total: nobody gets more than he asks, and what he leaves goes to the others evenly. */
    static double[] maxMin(double[] asked, double total) {
        double[] shares = new double[asked.length];
        double left = total;
        Integer[] order = new Integer[asked.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(asked[a], asked[b]));
        for (int i = 0; i < order.length; i++) {
            shares[order[i]] = Math.min(asked[order[i]], left / (order.length - i));
            left -= shares[order[i]];
        }
        return shares;
    }
}
