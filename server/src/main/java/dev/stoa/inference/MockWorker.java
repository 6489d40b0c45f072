package dev.stoa.inference;

import java.util.List;
import java.util.Optional;

/**
 * Every {@link MockModel} that is asked for by name, for tests and load runs. Switched on by {@code stoa.mock-models},
 * which lists those that {@link #models} shows.
 */
final class MockWorker implements Worker {
    private final List<Model> shown;

    /** @throws IllegalArgumentException if a name isn't a mock model's */
    MockWorker(List<String> shown) {
        this.shown = shown.stream()
                .map(name -> MockModel.named(name)
                        .orElseThrow(() -> new IllegalArgumentException("stoa.mock-models: “" + name
                                + "” is not of the form mock-FIRST-EVERY-LENGTH[-THOUGHT]"))
                        .model())
                .toList();
    }

    @Override
    public List<Model> models() {
        return shown;
    }

    @Override
    public Optional<Model> find(String name) {
        return shown.isEmpty() ? Optional.empty() : MockModel.named(name).map(MockModel::model);
    }

    /** It sees no template. */
    @Override
    public boolean joinsTurns(String model) {
        return false;
    }

    @Override
    public int countTokens(GenerationRequest request) {
        return MockModel.countTokens(request);
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        return MockModel.named(request.model())
                .orElseThrow(() -> Workers.unknown(request.model()))
                .answer(request);
    }
}
