package dev.stoa.inference;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.Scheduling;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.List;

/** Vectors of the engine in this process. */
record EngineVectors(Engine engine, Model model) implements VectorModel {
    /** Texts of all callers come from one queue, so to the engine they are one tenant beside those who generate. */
    private static final Scheduling SCHEDULING = Scheduling.DEFAULT.withTenant("embeddings");

    @Override
    public int dimensions() {
        return engine.info().width();
    }

    /** The engine leaves room for an output of one token, which a vector doesn't use. */
    @Override
    public int tokensMax() {
        return engine.info().contextLength() - 1;
    }

    @Override
    public int[] tokens(String text) {
        try {
            return engine.encodeDocument(text);
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The model can't embed this text: " + e.getMessage(), null, e);
        }
    }

    @Override
    public List<float[]> embed(List<int[]> texts) throws InterruptedException {
        try {
            return engine.embed(texts, engine.info().pooling(), SCHEDULING);
        } catch (EngineRejectedException e) {
            throw EmbeddedWorker.refused(e, "A text is longer than the model's context.");
        }
    }
}
