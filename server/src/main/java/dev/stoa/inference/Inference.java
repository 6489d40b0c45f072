package dev.stoa.inference;

import java.time.Duration;
import java.util.List;

/**
 * Models and the workers that run them. Only the safety gate starts a request here: an architecture rule forbids every
 * other package to call {@link #start}.
 */
public interface Inference {

    /** What can be asked for now or soon; the first is the default. */
    List<Model> models();

    /**
     * Finds a model by its name or an alias.
     *
     * @throws dev.stoa.shared.StoaException NOT_FOUND, naming the model asked for
     */
    Model model(String nameOrAlias);

    /**
     * Exact size of the prompt in tokens, by the model's own tokenizer and template.
     *
     * @throws dev.stoa.shared.StoaException INVALID_REQUEST if the template refuses the conversation; OVERLOADED while
     *     the model loads
     */
    int countTokens(GenerationRequest request);

    /**
     * Hands a request to a worker.
     *
     * @throws dev.stoa.shared.StoaException INVALID_REQUEST if it can never fit; OVERLOADED if there is no room now
     */
    TokenStream start(GenerationRequest request);

    /** How far the default model is. */
    ModelStatus status();

    /** False when work has waited for {@code bound} and the engine made no step. True while there is no engine. */
    boolean healthy(Duration bound);
}
