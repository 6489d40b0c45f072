package dev.stoa.engine;

/** Whether the model must call a tool. */
public sealed interface ToolChoice {
    /** The model decides. */
    ToolChoice AUTO = new Auto();

    /** No calls; the tools are not shown to the model. */
    ToolChoice NONE = new None();

    /** One of the tools is called. */
    ToolChoice ANY = new Any();

    /** See {@link #AUTO}. */
    record Auto() implements ToolChoice {}

    /** See {@link #NONE}. */
    record None() implements ToolChoice {}

    /** See {@link #ANY}. */
    record Any() implements ToolChoice {}

    /** This tool is called. */
    record Named(String name) implements ToolChoice {}
}
