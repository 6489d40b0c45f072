package dev.stoa.embedding;

import dev.stoa.inference.VectorModel;
import java.util.Arrays;
import java.util.List;

/** The hidden states of the model that the engine serves. The engine is not its to close. */
record HiddenStates(VectorModel model) implements EmbeddingModel {

    @Override
    public int dimensions() {
        return model.dimensions();
    }

    @Override
    public int tokensMax() {
        return model.tokensMax();
    }

    @Override
    public long[] tokens(String text) {
        return Arrays.stream(model.tokens(text)).asLongStream().toArray();
    }

    @Override
    public float[][] embed(List<long[]> texts) {
        try {
            return model.embed(texts.stream().map(HiddenStates::ids).toList()).toArray(new float[0][]);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the engine computed", e);
        }
    }

    private static int[] ids(long[] text) {
        return Arrays.stream(text).mapToInt(Math::toIntExact).toArray();
    }

    @Override
    public void close() {
        // The engine ends with the server.
    }
}
