package dev.stoa.engine.schedule;

import dev.stoa.engine.Pooling;
import dev.stoa.engine.model.StepBatch;
import java.util.Arrays;

/**
 * The hidden states of one text on their way to one vector, added in the order of their tokens, so that chunks change
 * nothing. Belongs to the engine thread until its request has ended, and to the one who asked from then on.
 */
final class Pool {
    private final Pooling pooling;
    private final double[] sum;
    private int count;

    Pool(Pooling pooling, int width) {
        this.pooling = pooling;
        this.sum = new double[width];
    }

    /** Adds a request's next rows to a step: of some only the keys and values are needed. */
    void fill(StepBatch batch, Request request, int end) {
        for (int position = request.computed(); position < end; position++) {
            int token = request.token(position);
            if (pooling == Pooling.MEAN || position == request.length() - 1) {
                batch.addHidden(request.sequence(), position, token);
            } else {
                batch.add(request.sequence(), position, token, false);
            }
        }
    }

    /** Takes what a step computed for those rows. */
    void take(StepBatch batch, StepModel model, int firstRow, int rows) {
        for (int row = firstRow; row < firstRow + rows; row++) {
            if (batch.wantsHidden(row)) {
                add(model.hidden(), row * model.width());
            }
        }
    }

    /** Tokens at the beginning that may come from the cache, as nothing else is wanted of them. */
    int reusable(int length) {
        return pooling == Pooling.MEAN ? 0 : length - 1;
    }

    private void add(float[] hidden, int at) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += hidden[at + i];
        }
        count++;
    }

    /** Begins anew: its request had to make room and computes all again. */
    void clear() {
        Arrays.fill(sum, 0);
        count = 0;
    }

    /** The vector, of length 1. */
    float[] vector() {
        double squares = 0;
        for (double value : sum) {
            squares += value * value;
        }
        double length = Math.sqrt(squares);
        if (count == 0 || !(length > 0 && length < Double.POSITIVE_INFINITY)) {
            throw new IllegalStateException("the model gave no hidden state that could be used");
        }
        float[] vector = new float[sum.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (sum[i] / length);
        }
        return vector;
    }
}
