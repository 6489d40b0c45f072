package dev.stoa.inference;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Messages as chat templates take them: what a call gave is a turn of its own, before what the user says to it. */
final class ChatTurns {
    private ChatTurns() {}

    static List<ChatMessage> of(List<Message> messages) {
        List<ChatMessage> turns = new ArrayList<>(messages.size());
        for (Message message : messages) {
            List<ToolCall> calls = new ArrayList<>();
            boolean results = false;
            for (ContentBlock block : message.content()) {
                switch (block) {
                    case ContentBlock.Readable _ -> {}
                    case ContentBlock.ToolUse(String id, String name, String arguments) ->
                        calls.add(new ToolCall(id, name, arguments));
                    case ContentBlock.ToolResult result -> {
                        results = true;
                        String text = result.text();
                        turns.add(
                                ChatMessage.toolResult(result.toolUseId(), result.isError() ? "Error: " + text : text));
                    }
                }
            }
            String words = message.plainText();
            if (!results || !words.isBlank()) {
                turns.add(new ChatMessage(message.role().name().toLowerCase(Locale.ROOT), words, calls, null));
            }
        }
        return turns;
    }
}
