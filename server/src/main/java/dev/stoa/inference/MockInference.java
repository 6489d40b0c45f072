package dev.stoa.inference;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The server's models and, for tests and load runs, every {@link MockModel} that is asked for by name. Switched on by
 * {@code stoa.mock-models}, whose value lists those that {@link #models} shows, separated by commas.
 */
final class MockInference implements Inference {
    private final EmbeddedInference real;
    private final List<Model> shown;

    MockInference(EmbeddedInference real, List<String> shown) {
        this.real = real;
        this.shown = shown.stream()
                .map(name -> MockModel.named(name)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "stoa.mock-models: “" + name + "” is not of the form mock-FIRST-EVERY-LENGTH"))
                        .model())
                .toList();
    }

    @Override
    public List<Model> models() {
        return Stream.concat(real.models().stream(), shown.stream()).toList();
    }

    @Override
    public Model model(String nameOrAlias) {
        Optional<MockModel> mock = MockModel.named(nameOrAlias);
        return mock.isPresent() ? mock.get().model() : real.model(nameOrAlias);
    }

    @Override
    public int countTokens(GenerationRequest request) {
        return MockModel.named(request.model()).isPresent()
                ? MockModel.countTokens(request)
                : real.countTokens(request);
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        Optional<MockModel> mock = MockModel.named(request.model());
        return mock.isPresent() ? mock.get().answer(request) : real.start(request);
    }

    @Override
    public ModelStatus status() {
        return real.status();
    }

    @Override
    public boolean healthy(Duration bound) {
        return real.healthy(bound);
    }
}
