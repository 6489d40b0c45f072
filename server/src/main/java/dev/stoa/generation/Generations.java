package dev.stoa.generation;

import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.TokenStream;
import java.util.List;

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
    default TokenStream start(Caller caller, GenerationRequest request) {
        return startAll(caller, List.of(request)).getFirst();
    }

    /**
     * Runs the parts of one request, such as several choices for one prompt: each has a stream of its own, and together
     * they are admitted, settled and recorded once, when the last has ended. A prompt that several parts share (the same
     * object) counts once.
     *
     * @param parts at least one, all of one id, model and surface
     * @throws dev.stoa.shared.StoaException if any is refused before its first token; none runs on then
     */
    List<TokenStream> startAll(Caller caller, List<GenerationRequest> parts);

    /** Whether the server stops: what runs may end, nothing new is taken. */
    default boolean draining() {
        return false;
    }
}
