package dev.stoa.inference;

/** A part of a message. The Anthropic content-block model is the superset that every surface maps to. */
public sealed interface ContentBlock {

    /** Plain text. */
    record Text(String text) implements ContentBlock {}
}
