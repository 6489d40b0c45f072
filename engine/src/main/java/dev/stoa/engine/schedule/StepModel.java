package dev.stoa.engine.schedule;

import dev.stoa.engine.model.StepBatch;

/** What the scheduler needs of a model. For the engine thread. */
public interface StepModel {
    /** Computes the rows of a step. */
    void forward(StepBatch batch);

    /** Logits of the last step: shape {@code [batch.logits()][vocabulary]}. */
    float[] logits();

    /** Number of token ids. */
    int vocabulary();

    /** Copies the keys and values of one block to another. */
    void copyBlock(int from, int to);
}
