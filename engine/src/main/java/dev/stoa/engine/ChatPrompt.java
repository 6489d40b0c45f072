package dev.stoa.engine;

import java.util.List;
import java.util.Optional;

/**
 * What a chat model is asked.
 *
 * @param tools the functions it may call; names are distinct
 * @param parallelToolCalls whether one answer may hold more than one call
 * @param thinking asks a model that can think before it answers to do so or not; empty leaves it to the model
 */
public record ChatPrompt(
        List<ChatMessage> messages,
        List<Tool> tools,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        Optional<Boolean> thinking) {

    /** @throws IllegalArgumentException if two tools have one name, or the choice names none of them */
    public ChatPrompt {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        List<String> names = tools.stream().map(Tool::name).toList();
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("two tools have the same name");
        }
        boolean known = switch (toolChoice) {
            case ToolChoice.Named(String name) -> names.contains(name);
            case ToolChoice.Any _ -> !names.isEmpty();
            case ToolChoice.Auto _, ToolChoice.None _ -> true;
        };
        if (!known) {
            throw new IllegalArgumentException("the tool choice names no tool that was given");
        }
    }

    /** A conversation without tools. */
    public ChatPrompt(List<ChatMessage> messages) {
        this(messages, List.of(), ToolChoice.AUTO, true, Optional.empty());
    }
}
