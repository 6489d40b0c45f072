package dev.stoa.engine;

/**
 * A call that the model made earlier in a conversation.
 *
 * @param id what its result refers to
 * @param arguments a JSON object as text
 */
public record ToolCall(String id, String name, String arguments) {}
