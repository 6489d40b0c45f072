package dev.stoa.engine.dialect;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolCall;
import dev.stoa.engine.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Tools for models whose template knows none: the system turn describes them, calls stand in the assistant's turns, and
 * results in the user's. Neighbouring turns of one role are joined, as many templates want roles to alternate.
 */
final class ToldTools {
    private ToldTools() {}

    static List<ChatMessage> rewrite(List<ChatMessage> messages, List<Tool> tools) {
        List<ChatMessage> out = new ArrayList<>();
        int from = 0;
        String system = "";
        if (!messages.isEmpty() && messages.getFirst().role().equals("system")) {
            system = messages.getFirst().content();
            from = 1;
        }
        if (!tools.isEmpty()) {
            system = system.isEmpty() ? describe(tools) : system + "\n\n" + describe(tools);
        }
        if (!system.isEmpty()) {
            out.add(new ChatMessage("system", system));
        }
        for (ChatMessage message : messages.subList(from, messages.size())) {
            boolean result = message.role().equals("tool");
            String role = result ? "user" : message.role();
            String content = result
                    ? "<tool_response>\n" + message.content() + "\n</tool_response>"
                    : withCalls(message.content(), message.toolCalls());
            boolean joins = !out.isEmpty()
                    && out.getLast().role().equals(role)
                    && (result || out.getLast().content().endsWith("</tool_response>"));
            if (joins) {
                content = out.removeLast().content() + "\n" + content;
            }
            out.add(new ChatMessage(role, content));
        }
        return out;
    }

    private static String describe(List<Tool> tools) {
        StringBuilder text = new StringBuilder("You can call these functions. Each is given as JSON with its name, what"
                + " it is for, and a JSON Schema of its arguments:\n");
        for (Tool tool : tools) {
            text.append("{\"name\":");
            Json.quote(tool.name(), text);
            text.append(",\"description\":");
            Json.quote(tool.description(), text);
            text.append(",\"parameters\":")
                    .append(Json.write(Json.parse(tool.parameters())))
                    .append("}\n");
        }
        return text.append(
                        "To call a function, answer with its name and arguments as JSON in this form:\n"
                                + "<tool_call>\n{\"name\": \"function name\", \"arguments\": {\"argument name\": value}}\n"
                                + "</tool_call>\nThe result comes back in <tool_response>. If no function helps, answer in words.")
                .toString();
    }

    private static String withCalls(String content, List<ToolCall> calls) {
        StringBuilder text = new StringBuilder(content);
        for (ToolCall call : calls) {
            text.append(text.isEmpty() ? "" : "\n").append("<tool_call>\n{\"name\": ");
            Json.quote(call.name(), text);
            text.append(", \"arguments\": ").append(call.arguments()).append("}\n</tool_call>");
        }
        return text.toString();
    }
}
