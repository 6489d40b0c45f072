package dev.stoa.engine;

/** A part of an answer. Calls are numbered from 0; one is open at a time. */
public sealed interface OutputPart {
    /** Text for the reader. */
    record Text(String text) implements OutputPart {}

    /** Text of the model's thinking. */
    record Thinking(String text) implements OutputPart {}

    /** A call begins. */
    record CallStart(int call, String name) implements OutputPart {}

    /** More of the JSON text of its arguments. */
    record CallArguments(int call, String json) implements OutputPart {}

    /** @param complete whether the model wrote the call to its end, so that its arguments are one JSON value */
    record CallEnd(int call, boolean complete) implements OutputPart {}
}
