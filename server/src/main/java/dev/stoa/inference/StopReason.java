package dev.stoa.inference;

/** Why the model stopped, where a request ended well. */
public enum StopReason {
    END_TURN,
    /** It has called tools and waits for what they give. */
    TOOL_USE,
    MAX_TOKENS,
    STOP_SEQUENCE,
    CONTEXT_FULL,
    /** The safety gate ended it. */
    REFUSAL
}
