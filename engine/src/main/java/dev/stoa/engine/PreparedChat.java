package dev.stoa.engine;

import java.util.List;
import java.util.function.Supplier;

/**
 * A conversation ready to run: what the model reads, what bounds its answer, and what reads the answer.
 *
 * @param prompt token ids, the assistant's turn opened
 * @param control for {@link EngineRequest}: the tool-call grammar, if calls are forced or strict
 * @param parsers makes a parser for the text of one answer
 */
public record PreparedChat(int[] prompt, OutputControl control, Supplier<OutputParser> parsers) {

    /** The request to submit; a caller's own constraint replaces the control's. */
    public EngineRequest request(int maxTokens, Sampling sampling, List<String> stopSequences, int topLogprobs) {
        return new EngineRequest(prompt, maxTokens, sampling, stopSequences, topLogprobs).withControl(control);
    }

    /** A parser for the text of one answer. */
    public OutputParser newParser() {
        return parsers.get();
    }
}
