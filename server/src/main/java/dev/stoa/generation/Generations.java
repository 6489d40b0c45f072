package dev.stoa.generation;

import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.TokenStream;

/**
 * The one way from a surface to a model and back: admission, safety on input, inference, safety on output, and one
 * settlement when it ends.
 */
public interface Generations {

    /**
     * Runs a request. Whatever happens next — end, error, {@link TokenStream#close} by a vanished client — the request
     * is settled exactly once.
     *
     * @throws dev.stoa.shared.StoaException if it is refused before the first token; it is settled then too
     */
    TokenStream start(Caller caller, GenerationRequest request);

    /** Whether the server stops: what runs may end, nothing new is taken. */
    default boolean draining() {
        return false;
    }
}
