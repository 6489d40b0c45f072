package dev.stoa.embedding;

import dev.stoa.inference.Model;
import dev.stoa.inference.VectorModel;
import dev.stoa.inference.Workers;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The models that embed, each behind a queue of its own: the one that comes with the server, loaded by its first text,
 * and the one that the engine serves. Thread-safe.
 */
final class EmbeddingModels implements AutoCloseable {
    /** A chunk of a document is some hundred tokens; half a minute of work for two cores. */
    private static final int WAITING_TEXTS_MAX = 8192;

    private static final Instant MINILM_PUBLISHED = Instant.parse("2021-08-30T00:00:00Z");

    private final Workers workers;
    private final Supplier<EmbeddingModel> miniLm;
    // Guarded by this:
    private final Map<String, Ready> ready = new HashMap<>();
    private boolean closed;

    /** A model in use, under its own name. */
    record Ready(String id, EmbeddingModel model, EmbeddingQueue queue) {}

    EmbeddingModels(Workers workers, Supplier<EmbeddingModel> miniLm) {
        this.workers = workers;
        this.miniLm = miniLm;
    }

    /** Those that can be used now. */
    List<EmbeddingModelInfo> infos() {
        List<EmbeddingModelInfo> infos = new ArrayList<>();
        infos.add(new EmbeddingModelInfo(
                MiniLm.ID, List.of(), MiniLm.DIMENSIONS, MiniLm.TOKENS_MAX, MINILM_PUBLISHED, true));
        workers.vectors().ifPresent(vectors -> infos.add(info(vectors)));
        return infos;
    }

    private static EmbeddingModelInfo info(VectorModel vectors) {
        Model model = vectors.model();
        return new EmbeddingModelInfo(
                model.id(), model.aliases(), vectors.dimensions(), vectors.tokensMax(), model.createdAt(), false);
    }

    /**
     * The id of the model of this name or alias, loaded or not.
     *
     * @throws StoaException if there is none, or the engine's is not loaded yet
     */
    String id(String name) {
        if (name.equals(MiniLm.ID)) {
            return MiniLm.ID;
        }
        return workers.vectors(name)
                .map(vectors -> vectors.model().id())
                .orElseThrow(() -> StoaException.about(
                        ErrorKind.NOT_FOUND,
                        "model",
                        "there is no embedding model “" + name + "”; there is "
                                + String.join(
                                        " and ",
                                        infos().stream()
                                                .map(info -> "“" + info.id() + "”")
                                                .toList())));
    }

    /** The model of this id with its queue. */
    synchronized Ready ready(String id) {
        if (closed) {
            throw new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.");
        }
        return ready.computeIfAbsent(id, this::load);
    }

    private Ready load(String id) {
        EmbeddingModel model = id.equals(MiniLm.ID)
                ? miniLm.get()
                : new HiddenStates(workers.vectors(id).orElseThrow());
        return new Ready(id, model, new EmbeddingQueue(model, WAITING_TEXTS_MAX));
    }

    @Override
    public void close() {
        List<Ready> last;
        synchronized (this) {
            closed = true;
            last = List.copyOf(ready.values());
            ready.clear();
        }
        for (Ready each : last) {
            each.queue().close();
            each.model().close();
        }
    }
}
