package dev.stoa.engine.schedule;

import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.model.StepBatch;
import dev.stoa.engine.model.Transformer;

/** A {@link Transformer} with its keys and values, as the scheduler sees it. */
record TransformerSteps(Transformer transformer, KvStorage storage) implements StepModel {
    @Override
    public void forward(StepBatch batch) {
        transformer.forward(batch);
    }

    @Override
    public float[] logits() {
        return transformer.logits();
    }

    @Override
    public float[] hidden() {
        return transformer.hidden();
    }

    @Override
    public int width() {
        return transformer.config().width();
    }

    @Override
    public int vocabulary() {
        return transformer.config().vocabulary();
    }

    @Override
    public void copyBlock(int from, int to) {
        storage.copy(from, to);
    }
}
