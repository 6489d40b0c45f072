package dev.stoa.inference.upstream;

import dev.stoa.inference.GenerationRequest;
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

    AnswerReader reader(GenerationRequest request, Tally tally);
}
