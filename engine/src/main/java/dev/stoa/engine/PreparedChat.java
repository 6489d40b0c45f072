package dev.stoa.engine;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A conversation ready to run: what the model reads, what bounds its answer, and what reads the answer.
 *
 * @param prompt token ids, the assistant's turn opened
 * @param control for {@link EngineRequest}: the tool-call grammar, if calls are forced or strict
 * @param parsers makes a parser for the text of one answer
 * @param orCalls what becomes of a form for the words of an answer that may also be, or must be, calls
 */
public record PreparedChat(
        int[] prompt, OutputControl control, Supplier<OutputParser> parsers, UnaryOperator<Constraint> orCalls) {

    /** Of an answer without calls. */
    public PreparedChat(int[] prompt, OutputControl control, Supplier<OutputParser> parsers) {
        this(prompt, control, parsers, form -> form);
    }

    /** The request to submit; a caller's own constraint replaces the control's. */
    public EngineRequest request(int maxTokens, Sampling sampling, List<String> stopSequences, int topLogprobs) {
        return new EngineRequest(prompt, maxTokens, sampling, stopSequences, topLogprobs).withControl(control);
    }

    /** The control of an answer whose words must have this form; where it may call, it has the form or calls. */
    public OutputControl control(Constraint form) {
        return control.withConstraint(orCalls.apply(form));
    }

    /** A parser for the text of one answer. */
    public OutputParser newParser() {
        return parsers.get();
    }
}
