package dev.stoa.embedding;

import dev.stoa.identity.Caller;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The one way from a surface to an embedding model: admission, safety, the queue, one settlement. Thread-safe. */
public interface Embeddings {
    /** Texts of one request; the protocols allow 2,048. */
    int TEXTS_MAX = 2048;

    /**
     * Vectors in the order of the texts.
     *
     * @param model its own name
     * @param tokens of all texts together
     */
    record Embedded(String model, List<float[]> vectors, int tokens) {}

    /**
     * What is to be embedded.
     *
     * @param id the request's, for the ledger
     * @param model as the caller named it
     * @param texts 1 to {@value #TEXTS_MAX}
     */
    record Request(String id, String surface, String model, List<String> texts) {}

    /** The models that {@link #embed} takes. */
    List<EmbeddingModelInfo> models();

    /**
     * Embeds. Waits for the result; whatever happens, the request is settled exactly once.
     *
     * @param gone tells that nobody waits for the result any more
     * @return null if the caller has gone
     * @throws dev.stoa.shared.StoaException if it is refused or fails
     */
    @Nullable Embedded embed(Caller caller, Request request, BooleanSupplier gone) throws InterruptedException;
}
