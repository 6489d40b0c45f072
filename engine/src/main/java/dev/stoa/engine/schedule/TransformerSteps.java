package dev.stoa.engine.schedule;

import dev.stoa.engine.model.StepBatch;
import dev.stoa.engine.model.Transformer;

/** A {@link Transformer} as the scheduler sees it. */
record TransformerSteps(Transformer transformer) implements StepModel {
    @Override
    public void forward(StepBatch batch) {
        transformer.forward(batch);
    }

    @Override
    public float[] logits() {
        return transformer.logits();
    }

    @Override
    public int vocabulary() {
        return transformer.config().vocabulary();
    }
}
