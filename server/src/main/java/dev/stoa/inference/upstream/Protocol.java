package dev.stoa.inference.upstream;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.Wire;
import java.util.Map;

/** A protocol that an upstream speaks. Thread-safe. */
interface Protocol {

    /** Below the base, such as {@code /chat/completions}. */
    String path(GenerationRequest request);

    /** Those of the protocol, with the key. */
    Map<String, String> headers(String key);

    /**
     * A request for a stream.
     *
     * @param model the upstream's name of it
     * @throws dev.stoa.shared.StoaException INVALID_REQUEST if the protocol has no words for something asked
     */
    byte[] body(GenerationRequest request, String model);

    /** The one that it is. */
    Wire wire();

    /**
     * A request as its caller wrote it, for the upstream's name of the model.
     *
     * @throws dev.stoa.shared.StoaException INVALID_REQUEST if it is no JSON object with a model
     */
    byte[] body(Prompt.Original original, String model);

    AnswerReader reader(GenerationRequest request, Tally tally);
}
