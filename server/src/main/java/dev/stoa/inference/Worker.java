package dev.stoa.inference;

import java.util.List;
import java.util.Optional;

/**
 * Something that runs requests for some models: the engine in this process, an upstream server, the mock model. Every
 * kind keeps one contract, which {@code WorkerContract} tests: a stream starts once, ends once, and after
 * {@link TokenStream#close} nothing of it runs on. Thread-safe.
 */
public interface Worker {

    /** The models it has, to be shown. */
    List<Model> models();

    /** The model of this name or alias, shown or not. */
    default Optional<Model> find(String nameOrAlias) {
        return models().stream().filter(model -> model.isNamed(nameOrAlias)).findFirst();
    }

    /** Whether its requests leave this process, so that what fails now may go well at another try. */
    default boolean remote() {
        return false;
    }

    /** Whether it takes a {@link Prompt.Original} of this protocol for one of its models. */
    default boolean passes(String model, Wire wire) {
        return false;
    }

    /** As {@link Inference#joinsTurns}. */
    default boolean joinsTurns(String model) {
        return true;
    }

    /** Whether the model's own template has a place for tools; false where that can't be told. */
    default boolean knowsTools(String model) {
        return false;
    }

    /** What stands behind one of its models now: another text when the same request may be answered otherwise. */
    default String revision(String model) {
        return "";
    }

    /**
     * The prompt's size in tokens; an estimate on the safe side where the worker can't know.
     *
     * @throws dev.stoa.shared.StoaException as {@link Inference#countTokens}
     */
    int countTokens(GenerationRequest request);

    /**
     * Takes a request for one of its models.
     *
     * @throws dev.stoa.shared.StoaException as {@link Inference#start}
     */
    TokenStream start(GenerationRequest request);
}
