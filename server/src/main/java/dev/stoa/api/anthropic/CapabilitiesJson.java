package dev.stoa.api.anthropic;

import java.util.Collection;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model can do, in the shape of Anthropic's Models API: all that it knows, each supported or not, and what the
 * catalogue names beside. Stateless.
 */
final class CapabilitiesJson {
    private static final List<String> KNOWN = List.of("code_execution", "image_input", "structured_outputs");
    private static final List<String> EFFORTS = List.of("low", "medium", "high", "max");

    private CapabilitiesJson() {}

    /** @param named by the catalogue; empty where it says nothing, which is null to a client and not "nothing" */
    static void put(ObjectNode model, Collection<String> named) {
        if (named.isEmpty()) {
            model.putNull("capabilities");
            return;
        }
        ObjectNode json = model.putObject("capabilities");
        named.forEach(name -> support(json, name, true));
        KNOWN.forEach(name -> support(json, name, named.contains(name)));
        // Every model that answers requests answers batches of them.
        support(json, "batch", true);
        // Documents are text when a model reads them, and its marks are read by the server.
        support(json, "citations", true);
        support(json, "pdf_input", true);
        support(json, "context_management", false);
        ObjectNode effort = support(json, "effort", false);
        EFFORTS.forEach(name -> support(effort, name, false));
        boolean thinks = named.contains("thinking");
        ObjectNode types = support(json, "thinking", thinks).putObject("types");
        support(types, "enabled", thinks);
        support(types, "disabled", true);
        support(types, "adaptive", false);
        support(types, "between_tools", false);
        ObjectNode tools = support(json, "server_tools", false);
        support(tools, "code_execution", false);
        support(tools, "web_search", false);
    }

    private static ObjectNode support(ObjectNode json, String name, boolean supported) {
        return json.putObject(name).put("supported", supported);
    }
}
