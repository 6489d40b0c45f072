package dev.stoa.inference;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.List;

/** All workers of this server as one: a request goes to the first that has its model. Thread-safe. */
final class Workers implements Inference {
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

    @Override
    public List<Model> models() {
        return workers.stream().flatMap(worker -> worker.models().stream()).toList();
    }

    @Override
    public Model model(String nameOrAlias) {
        return workers.stream()
                .flatMap(worker -> worker.find(nameOrAlias).stream())
                .findFirst()
                .orElseThrow(() -> unknown(nameOrAlias));
    }

    @Override
    public int countTokens(GenerationRequest request) {
        return worker(request.model()).countTokens(request);
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        return worker(request.model()).start(request);
    }

    private Worker worker(String model) {
        return workers.stream()
                .filter(worker -> worker.find(model).isPresent())
                .findFirst()
                .orElseThrow(() -> unknown(model));
    }

    static StoaException unknown(String model) {
        return StoaException.about(
                ErrorKind.NOT_FOUND, "model", "there is no “" + model + "” here; GET /v1/models lists what there is");
    }

    @Override
    public ModelStatus status() {
        return embedded.status();
    }

    @Override
    public boolean healthy(Duration bound) {
        return embedded.healthy(bound);
    }
}
