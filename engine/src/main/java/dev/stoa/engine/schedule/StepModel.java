package dev.stoa.engine.schedule;

import dev.stoa.engine.model.StepBatch;

/** What the scheduler needs of a model. For the engine thread. */
public interface StepModel {
    /** Computes the rows of a step. */
    void forward(StepBatch batch);

    /** Logits of the last step: shape {@code [batch.logits()][vocabulary]}. */
    float[] logits();

    /** Hidden states of the last step where they were wanted: shape {@code [batch.rows()][width]}. */
    float[] hidden();

    /** Numbers of a hidden state. */
    int width();

    /** Number of token ids. */
    int vocabulary();

    /** Copies the keys and values of one block to another. */
    void copyBlock(int from, int to);
}
