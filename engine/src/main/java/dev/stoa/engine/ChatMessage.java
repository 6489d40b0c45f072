package dev.stoa.engine;

/** One turn of a conversation, as the model's chat template takes it. */
public record ChatMessage(String role, String content) {}
