package dev.stoa.conversation;

import dev.stoa.inference.TokenUsage;
import org.jspecify.annotations.Nullable;

/** How a run ended, with all of its text and steps. */
record Ending(MessageState state, String text, Steps steps, Message.@Nullable Problem error, TokenUsage usage) {}
