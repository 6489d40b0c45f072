package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ToolSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** {@code tools}, {@code tool_choice} and {@code parallel_tool_calls} of a chat's body. */
final class ToolsDecoder {
    /** Each is read by the model with every request. */
    private static final int TOOLS_MAX = 1024;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final String NO_ARGUMENTS = "{\"type\":\"object\",\"properties\":{}}";

    private ToolsDecoder() {}

    static ToolSet decode(Fields body) {
        List<Tool> tools = tools(body);
        JsonNode given = body.optional("parallel_tool_calls");
        boolean parallel = body.optionalBoolean("parallel_tool_calls") || given == null;
        JsonNode choice = body.optional("tool_choice");
        if (choice == null) {
            return tools.isEmpty() ? ToolSet.NONE : new ToolSet(tools, ToolChoice.AUTO, parallel);
        }
        if (!choice.isString()) {
            return chosen(Fields.of(choice, "tool_choice"), tools, parallel);
        }
        return new ToolSet(tools, mode(choice.stringValue(), "tool_choice", tools), parallel);
    }

    private static ToolChoice mode(String mode, String path, List<Tool> tools) {
        return switch (mode) {
            case "none" -> ToolChoice.NONE;
            case "auto" -> ToolChoice.AUTO;
            case "required" -> {
                if (tools.isEmpty()) {
                    throw Fields.invalid(path, "can't be “required” without tools");
                }
                yield ToolChoice.ANY;
            }
            default -> throw Fields.invalid(path, "must be “none”, “auto”, “required” or name a tool");
        };
    }

    private static ToolSet chosen(Fields choice, List<Tool> tools, boolean parallel) {
        String type = choice.requiredString("type");
        ToolSet set = switch (type) {
            case "function" -> {
                Fields function = Fields.of(choice.required("function"), choice.path("function"));
                String name = named(function, tools);
                function.end();
                yield new ToolSet(tools, new ToolChoice.Named(name), parallel);
            }
            case "allowed_tools" -> {
                Fields allowed = Fields.of(choice.required("allowed_tools"), choice.path("allowed_tools"));
                yield allowed(allowed, tools, parallel);
            }
            default -> throw Fields.invalid(choice.path("type"), "must be “function” or “allowed_tools”");
        };
        choice.end();
        return set;
    }

    private static ToolSet allowed(Fields allowed, List<Tool> tools, boolean parallel) {
        String mode = allowed.requiredString("mode");
        Set<String> names = new HashSet<>();
        List<JsonNode> items = Fields.items(allowed.required("tools"), allowed.path("tools"));
        for (int i = 0; i < items.size(); i++) {
            Fields item = Fields.of(items.get(i), allowed.path("tools") + "[" + i + "]");
            item.requiredString("type");
            names.add(named(Fields.of(item.required("function"), item.path("function")), tools));
        }
        allowed.end();
        List<Tool> left =
                tools.stream().filter(tool -> names.contains(tool.name())).toList();
        return new ToolSet(left, mode(mode, allowed.path("mode"), left), parallel);
    }

    private static String named(Fields function, List<Tool> tools) {
        String name = function.requiredString("name");
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw Fields.invalid(function.path("name"), "is the name of none of the tools");
        }
        return name;
    }

    private static List<Tool> tools(Fields body) {
        List<JsonNode> items = body.list("tools");
        if (items.size() > TOOLS_MAX) {
            throw Fields.invalid("tools", "must hold at most " + TOOLS_MAX + " tools");
        }
        List<Tool> tools = new ArrayList<>(items.size());
        Set<String> names = new HashSet<>();
        for (JsonNode item : items) {
            Fields fields = Fields.of(item, "tools[" + tools.size() + "]");
            if (!fields.requiredString("type").equals("function")) {
                throw Fields.invalid(fields.path("type"), "only “function” can be called; others " + Decoding.NOT_YET);
            }
            Tool tool = function(Fields.of(fields.required("function"), fields.path("function")));
            fields.end();
            if (!names.add(tool.name())) {
                throw Fields.invalid("tools", "two functions have the name “" + tool.name() + "”");
            }
            tools.add(tool);
        }
        return tools;
    }

    private static Tool function(Fields function) {
        String name = function.requiredString("name");
        if (!NAME.matcher(name).matches()) {
            throw Fields.invalid(function.path("name"), "must have 1 to 64 letters, digits, “_” and “-”");
        }
        String description = function.optionalString("description");
        JsonNode parameters = function.optional("parameters");
        if (parameters != null) {
            Fields.of(parameters, function.path("parameters"));
            JsonNode type = parameters.get("type");
            if (type != null && !(type.isString() && type.stringValue().equals("object"))) {
                throw Fields.invalid(function.path("parameters.type"), "must be “object”");
            }
        }
        boolean strict = function.optionalBoolean("strict");
        function.end();
        return new Tool(
                name,
                description == null ? "" : description,
                parameters == null || parameters.isEmpty() ? NO_ARGUMENTS : parameters.toString(),
                strict);
    }
}
