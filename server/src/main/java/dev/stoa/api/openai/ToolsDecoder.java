package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ToolSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** {@code tools}, {@code tool_choice} and {@code parallel_tool_calls} of a chat's or a response's body. */
final class ToolsDecoder {
    /** Each is read by the model with every request. */
    private static final int TOOLS_MAX = 1024;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    /**
     * The vendor's own search, which there is none of here. A model that may search and doesn't keeps to the protocol, and
     * agents offer it with every request, so it is passed over.
     */
    private static final String WEB_SEARCH = "web_search";

    private static final String NO_ARGUMENTS = "{\"type\":\"object\",\"properties\":{}}";

    /** Whether a tool's and a choice's fields stand beside their type, as in responses, or in an object of their own. */
    private final boolean flat;

    private final Map<String, String> namespaces = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    private ToolsDecoder(boolean flat) {
        this.flat = flat;
    }

    /** Of a chat's body. */
    static ToolSet decode(Fields body) {
        return new ToolsDecoder(false).read(body);
    }

    /** Of a response's body, with the namespaces of those tools that stand in one. */
    static Named decodeFlat(Fields body) {
        ToolsDecoder decoder = new ToolsDecoder(true);
        ToolSet tools = decoder.read(body);
        return new Named(tools, decoder.namespaces);
    }

    /** @param namespaces by the tool's name */
    record Named(ToolSet tools, Map<String, String> namespaces) {
        Named {
            namespaces = Map.copyOf(namespaces);
        }
    }

    /** Where the fields of a thing of this type stand. */
    private Fields within(Fields fields, String type) {
        return flat ? fields : Fields.of(fields.required(type), fields.path(type));
    }

    private ToolSet read(Fields body) {
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

    private ToolSet chosen(Fields choice, List<Tool> tools, boolean parallel) {
        String type = choice.requiredString("type");
        ToolSet set = switch (type) {
            case "function" -> {
                Fields function = within(choice, "function");
                String name = named(function, tools);
                function.end();
                yield new ToolSet(tools, new ToolChoice.Named(name), parallel);
            }
            case "allowed_tools" -> {
                yield allowed(within(choice, "allowed_tools"), tools, parallel);
            }
            default -> throw Fields.invalid(choice.path("type"), "must be “function” or “allowed_tools”");
        };
        choice.end();
        return set;
    }

    private ToolSet allowed(Fields allowed, List<Tool> tools, boolean parallel) {
        String mode = allowed.requiredString("mode");
        Set<String> names = new HashSet<>();
        List<JsonNode> items = Fields.items(allowed.required("tools"), allowed.path("tools"));
        for (int i = 0; i < items.size(); i++) {
            Fields item = Fields.of(items.get(i), allowed.path("tools") + "[" + i + "]");
            item.requiredString("type");
            names.add(named(within(item, "function"), tools));
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

    private List<Tool> tools(Fields body) {
        List<JsonNode> items = body.list("tools");
        if (items.size() > TOOLS_MAX) {
            throw Fields.invalid("tools", "must hold at most " + TOOLS_MAX + " tools");
        }
        List<Tool> tools = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            add(Fields.of(items.get(i), "tools[" + i + "]"), tools);
        }
        return tools;
    }

    private void add(Fields fields, List<Tool> tools) {
        String type = fields.requiredString("type");
        if (flat && type.startsWith(WEB_SEARCH)) {
            return;
        }
        if (flat && type.equals("namespace")) {
            namespace(fields, tools);
            return;
        }
        if (!type.equals("function")) {
            throw Fields.invalid(
                    fields.path("type"), "only “function” can be called; “" + type + "” " + Decoding.NOT_YET);
        }
        Fields function = within(fields, "function");
        if (flat) {
            function.optionalBoolean("defer_loading");
        }
        Tool tool = function(function);
        fields.end();
        if (!names.add(tool.name())) {
            throw Fields.invalid("tools", "two functions have the name “" + tool.name() + "”");
        }
        tools.add(tool);
    }

    private void namespace(Fields fields, List<Tool> tools) {
        String namespace = fields.requiredString("name");
        fields.optionalString("description");
        List<JsonNode> items = Fields.items(fields.required("tools"), fields.path("tools"));
        for (int i = 0; i < items.size(); i++) {
            Fields item = Fields.of(items.get(i), fields.path("tools") + "[" + i + "]");
            if (!item.requiredString("type").equals("function")) {
                throw Fields.invalid(item.path("type"), "must be “function” in a namespace");
            }
            add(item, tools);
            namespaces.put(tools.getLast().name(), namespace);
        }
        fields.end();
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
