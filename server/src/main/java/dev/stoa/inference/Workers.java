package dev.stoa.inference;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The workers that this server's settings name, as one: the engine, mocks, upstreams. A request goes to the first that
 * has its model. Thread-safe.
 */
public final class Workers {
    private final EmbeddedInference embedded;
    private final List<Worker> workers;

    /**
     * @param embedded what the server's health is about
     * @param workers all of them; a name that two have is the first's
     */
    Workers(EmbeddedInference embedded, List<Worker> workers) {
        this.embedded = embedded;
        this.workers = List.copyOf(workers);
    }

    /** All that they show; the first is the default. */
    public List<Model> models() {
        return workers.stream().flatMap(worker -> worker.models().stream()).toList();
    }

    /** The first worker's model of this name or alias, shown or not. */
    public Optional<Model> find(String nameOrAlias) {
        return workers.stream()
                .flatMap(worker -> worker.find(nameOrAlias).stream())
                .findFirst();
    }

    /** The worker that has the model, if one does. */
    public Optional<Worker> workerOf(String nameOrAlias) {
        return workers.stream()
                .filter(worker -> worker.find(nameOrAlias).isPresent())
                .findFirst();
    }

    /** The model whose hidden states this server can give as vectors; empty until it is loaded. */
    public Optional<VectorModel> vectors() {
        return embedded.vectors();
    }

    /**
     * The same by its name or alias; empty for any other.
     *
     * @throws StoaException as {@link Inference#start} while it isn't loaded
     */
    public Optional<VectorModel> vectors(String nameOrAlias) {
        return embedded.vectors(nameOrAlias);
    }

    /** What answers a name that nobody has. */
    public static StoaException unknown(String model) {
        return StoaException.about(
                ErrorKind.NOT_FOUND, "model", "there is no “" + model + "” here; GET /v1/models lists what there is");
    }

    /** How far the engine's model is. */
    public ModelStatus status() {
        return embedded.status();
    }

    /** As {@link Inference#healthy}. */
    public boolean healthy(Duration bound) {
        return embedded.healthy(bound);
    }
}
