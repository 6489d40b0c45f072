package dev.stoa.inference;

/** Protocols in which a request may come and go as it stands. */
public enum Wire {
    ANTHROPIC,
    OPENAI
}
