package dev.stoa.conversation;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.MockModel;
import dev.stoa.inference.Model;
import dev.stoa.inference.ModelStatus;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two models, whose tokens are words: "big" with a large window, which knows tools, and "small" with one of 100 tokens,
 * which doesn't.
 */
public final class WordCountingInference implements Inference {
    private final List<Model> models = List.of(
            new Model("big", List.of("default"), "Big", Instant.EPOCH, 100_000, true),
            new Model("small", List.of(), "Small", Instant.EPOCH, 100, true));

    @Override
    public List<Model> models() {
        return models;
    }

    @Override
    public Model model(String nameOrAlias) {
        return Stream.concat(models.stream(), MockModel.named(nameOrAlias).map(MockModel::model).stream())
                .filter(model ->
                        model.id().equals(nameOrAlias) || model.aliases().contains(nameOrAlias))
                .findFirst()
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no model " + nameOrAlias + "."));
    }

    @Override
    public boolean knowsTools(String nameOrAlias) {
        return model(nameOrAlias).id().equals("big");
    }

    @Override
    public int countTokens(GenerationRequest request) {
        return request.messages().stream()
                .mapToInt(message -> message.plainText().strip().split("\\s+").length)
                .sum();
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        throw new IllegalStateException("only the gate starts a request");
    }

    @Override
    public ModelStatus status() {
        return new ModelStatus("big", ModelStatus.Phase.READY, 0, 0, null);
    }

    @Override
    public boolean healthy(Duration bound) {
        return true;
    }
}
