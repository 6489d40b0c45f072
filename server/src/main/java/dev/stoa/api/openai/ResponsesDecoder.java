package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ToolSet;
import dev.stoa.shared.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** From the JSON of a body of {@code POST /v1/responses} to a {@link ResponsesRequest}. */
final class ResponsesDecoder {
    /** Where a request says what it goes on from. */
    static final String PREVIOUS = "previous_response_id";

    private static final JsonMapper JSON = new JsonMapper();

    private final Fields fields;
    private final Keeping keeping;
    private final GivenDocuments.Reader documents;
    private final ObjectNode echo = JSON.createObjectNode();

    private ResponsesDecoder(JsonNode body, GivenDocuments.Reader documents, Keeping keeping) {
        this.documents = documents;
        this.fields = Fields.of(body, "");
        this.keeping = keeping;
    }

    /** What the server keeps. */
    interface Keeping {
        /** Whether it keeps responses at all. */
        boolean keeps();

        /**
         * What was said up to the end of a response, the oldest first.
         *
         * @throws dev.stoa.shared.StoaException INVALID_REQUEST if there is none
         */
        List<JsonNode> itemsUpTo(String responseId);
    }

    static ResponsesRequest decode(JsonNode body, Ids ids, GivenDocuments.Reader documents, Keeping keeping) {
        return new ResponsesDecoder(body, documents, keeping).decode(ids);
    }

    private ResponsesRequest decode(Ids ids) {
        String model = fields.requiredString("model");
        List<Message> messages = new ArrayList<>();
        String instructions = fields.optionalString("instructions");
        if (instructions != null && !instructions.isEmpty()) {
            messages.add(Message.text(Message.Role.SYSTEM, instructions));
        }
        String previousId = fields.optionalString(PREVIOUS);
        List<JsonNode> earlier = previousId == null ? List.of() : keeping.itemsUpTo(previousId);
        messages.addAll(ResponseItems.decode(fields, earlier, new FileParts(documents)));
        OptionalInt maxTokens = fields.optionalInt("max_output_tokens", 1);
        Sampling sampling = Decoding.sampling(fields, ids);
        ToolsDecoder.Named named = ToolsDecoder.decodeFlat(fields);
        ToolSet tools = named.tools();
        OutputControl control = text();
        Optional<Boolean> thinking = reasoning();
        Priority priority = Decoding.priority(fields);
        boolean stream = fields.optionalBoolean("stream");
        Fields options = fields.optionalObject("stream_options");
        if (options != null) {
            options.optionalBoolean("include_obfuscation");
            options.end();
        }
        boolean store = store();
        boolean background = fields.optionalBoolean("background");
        if (background && !store) {
            throw Fields.invalid("background", "needs a response that is stored");
        }
        rest();
        echo.put("instructions", instructions);
        if (maxTokens.isPresent()) {
            echo.put("max_output_tokens", maxTokens.getAsInt());
        } else {
            echo.putNull("max_output_tokens");
        }
        echo.put("temperature", sampling.temperature())
                .put("top_p", sampling.topP())
                .put("parallel_tool_calls", tools.parallel());
        echoed("tools", JSON.createArrayNode());
        echoed("tool_choice", JSON.getNodeFactory().stringNode("auto"));
        echoed("metadata", JSON.createObjectNode());
        return new ResponsesRequest(
                model,
                new Prompt.Conversation(oneSystemTurn(messages), tools, thinking),
                named.namespaces(),
                maxTokens.orElse(GenerationRequest.AS_FITS),
                sampling,
                Decoding.seeded(fields),
                control,
                priority,
                stream,
                store,
                background,
                previousId,
                StoredItems.named(fields.required("input"), ids),
                echo);
    }

    /** Instructions and what developers say before anybody else are one turn: many models know only one. */
    private static List<Message> oneSystemTurn(List<Message> messages) {
        int count = 0;
        while (count < messages.size() && messages.get(count).role() == Message.Role.SYSTEM) {
            count++;
        }
        if (count < 2) {
            return messages;
        }
        String all = messages.subList(0, count).stream().map(Message::plainText).collect(Collectors.joining("\n\n"));
        List<Message> joined = new ArrayList<>(messages.subList(count - 1, messages.size()));
        joined.set(0, Message.text(Message.Role.SYSTEM, all));
        return joined;
    }

    private void echoed(String name, JsonNode otherwise) {
        JsonNode given = fields.optional(name);
        echo.set(name, given == null ? otherwise : given);
    }

    /** The form that the answer must have. */
    private OutputControl text() {
        Fields text = fields.optionalObject("text");
        JsonNode plain = JSON.createObjectNode().put("type", "text");
        ObjectNode echoed = echo.putObject("text");
        if (text == null) {
            echoed.set("format", plain);
            return OutputControl.NONE;
        }
        Decoding.oneOf(text, "verbosity", List.of("low", "medium", "high"));
        Fields format = text.optionalObject("format");
        JsonNode given = text.optional("format");
        echoed.set("format", given == null ? plain : given);
        text.end();
        return format == null ? OutputControl.NONE : form(format);
    }

    private static OutputControl form(Fields format) {
        String type = format.requiredString("type");
        OutputControl control = switch (type) {
            case "text" -> OutputControl.NONE;
            case "json_object" -> OutputControl.NONE.withConstraint(Constraint.JsonSchema.ANY_OBJECT);
            case "json_schema" -> {
                format.requiredString("name");
                format.optionalString("description");
                format.optionalBoolean("strict");
                JsonNode schema = format.required("schema");
                Fields.of(schema, format.path("schema"));
                yield OutputControl.NONE.withConstraint(new Constraint.JsonSchema(schema.toString()));
            }
            default -> throw Fields.invalid(format.path("type"), "must be “text”, “json_object” or “json_schema”");
        };
        format.end();
        return control;
    }

    private Optional<Boolean> reasoning() {
        Fields reasoning = fields.optionalObject("reasoning");
        ObjectNode echoed = echo.putObject("reasoning");
        @Nullable String effort = null;
        if (reasoning != null) {
            effort = Decoding.oneOf(reasoning, "effort", Decoding.EFFORTS);
            // Nothing is summarized: what a model thinks is given as it is.
            Decoding.oneOf(reasoning, "summary", List.of("auto", "concise", "detailed", "none"));
            Decoding.oneOf(reasoning, "generate_summary", List.of("auto", "concise", "detailed"));
            reasoning.optionalString("context");
            reasoning.end();
        }
        echoed.put("effort", effort).putNull("summary");
        return Decoding.thinking(effort);
    }

    private boolean store() {
        boolean asked = fields.optionalBoolean("store");
        if (asked && !keeping.keeps()) {
            throw Fields.invalid("store", "this server keeps no responses; send the whole conversation as input");
        }
        return fields.optional("store") == null ? keeping.keeps() : asked;
    }

    private void rest() {
        fields.refuse("conversation", "conversations are not kept here; go on with " + PREVIOUS);
        fields.refuse("prompt", "stored prompts " + Decoding.NOT_YET);
        fields.refuse("top_logprobs", "log probabilities are served by /v1/chat/completions");
        fields.list("include");
        fields.optionalInt("max_tool_calls", 1);
        fields.optional("client_metadata");
        Decoding.oneOf(fields, "truncation", List.of("disabled", "auto"));
        Decoding.passOver(fields);
        fields.end();
    }
}
