package dev.stoa.api.anthropic;

import dev.stoa.api.Fields;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ToolSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code tools} and {@code tool_choice} of a body. */
final class ToolsDecoder {
    /** Each is read by the model with every request. */
    private static final int TOOLS_MAX = 1024;

    /** The protocol's own. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");

    private ToolsDecoder() {}

    static ToolSet decode(Fields body) {
        List<Tool> tools = tools(body);
        Fields choice = body.optionalObject("tool_choice");
        if (choice == null) {
            return tools.isEmpty() ? ToolSet.NONE : new ToolSet(tools, ToolChoice.AUTO, true);
        }
        ToolChoice chosen = choice(choice, tools);
        boolean parallel = !choice.optionalBoolean("disable_parallel_tool_use");
        choice.end();
        return new ToolSet(tools, chosen, parallel);
    }

    private static ToolChoice choice(Fields choice, List<Tool> tools) {
        String type = choice.requiredString("type");
        if (tools.isEmpty() && !type.equals("none")) {
            throw Fields.invalid("tool_choice", "may only be given together with tools");
        }
        return switch (type) {
            case "auto" -> ToolChoice.AUTO;
            case "any" -> ToolChoice.ANY;
            case "none" -> ToolChoice.NONE;
            case "tool" -> {
                String name = choice.requiredString("name");
                if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
                    throw Fields.invalid(choice.path("name"), "there is no tool “" + ContentDecoder.cut(name) + "”");
                }
                yield new ToolChoice.Named(name);
            }
            default -> throw Fields.invalid(choice.path("type"), "must be “auto”, “any”, “tool” or “none”");
        };
    }

    private static List<Tool> tools(Fields body) {
        List<JsonNode> items = body.list("tools");
        if (items.size() > TOOLS_MAX) {
            throw Fields.invalid("tools", "must hold at most " + TOOLS_MAX + " tools");
        }
        List<Tool> tools = new ArrayList<>(items.size());
        Set<String> names = new HashSet<>();
        for (JsonNode item : items) {
            Fields fields = Fields.of(item, "tools." + tools.size());
            Tool tool = tool(fields);
            if (!names.add(tool.name())) {
                throw Fields.invalid("tools", "tool names must be unique: “" + tool.name() + "” is there twice");
            }
            tools.add(tool);
        }
        return tools;
    }

    private static Tool tool(Fields fields) {
        String type = fields.optionalString("type");
        if (type != null && !type.equals("custom")) {
            throw Fields.invalid(
                    fields.path("type"),
                    "only “custom” tools can be called; “" + ContentDecoder.cut(type) + "” " + ContentDecoder.NOT_YET);
        }
        String name = fields.requiredString("name");
        if (!NAME.matcher(name).matches()) {
            throw Fields.invalid(fields.path("name"), "must have 1 to 128 letters, digits, “_” and “-”");
        }
        String description = fields.optionalString("description");
        JsonNode schema = schema(fields);
        boolean strict = fields.optionalBoolean("strict");
        ContentDecoder.cacheControl(fields);
        // How a tool is shown and who calls it: the model reads them all, and only the client calls.
        fields.optionalBoolean("eager_input_streaming");
        fields.optionalBoolean("defer_loading");
        fields.list("input_examples");
        fields.list("allowed_callers");
        fields.end();
        return new Tool(name, description == null ? "" : description, schema.toString(), strict);
    }

    private static JsonNode schema(Fields fields) {
        JsonNode schema = fields.required("input_schema");
        Fields.of(schema, fields.path("input_schema"));
        @Nullable JsonNode type = schema.get("type");
        if (type == null || !type.isString() || !type.stringValue().equals("object")) {
            throw Fields.invalid(fields.path("input_schema.type"), "must be “object”");
        }
        return schema;
    }
}
