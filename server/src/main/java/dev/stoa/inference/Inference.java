package dev.stoa.inference;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
     * @throws dev.stoa.shared.StoaException NOT_FOUND, naming the model asked for, or what has replaced it
     */
    Model model(String nameOrAlias);

    /**
     * The version that shall answer a request for this name: what {@link #model} finds, unless a rollout gives a share
     * of the callers, always the same ones, another one.
     *
     * @throws dev.stoa.shared.StoaException as {@link #model}
     */
    default Model choose(String nameOrAlias, Affinity caller) {
        return model(nameOrAlias);
    }

    /** What tokens of this model cost; null where the server's own prices hold. Never throws. */
    default @Nullable Prices prices(String model) {
        return null;
    }

    /**
     * Whether the model was made to call tools: its own template has a place for them, or an operator has written
     * {@code tools} among its capabilities. Any model may be given tools; one of which this is false is told of them in
     * words, and may take them for something else. Never throws.
     */
    default boolean knowsTools(String nameOrAlias) {
        return false;
    }

    /**
     * Whether requests for this name go as they stand: all servers that may answer them are upstreams that speak their
     * protocol. Never throws.
     */
    default boolean passes(String nameOrAlias, Wire wire) {
        return false;
    }

    /**
     * Whether a model that may answer for this name may see a turn and the next one as one text ({@link JoinedTurns});
     * true where that isn't known. Never throws.
     */
    default boolean joinsTurns(String nameOrAlias) {
        return true;
    }

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
