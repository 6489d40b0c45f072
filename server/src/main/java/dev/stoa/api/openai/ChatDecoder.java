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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** From the JSON of a body of {@code POST /v1/chat/completions} to a {@link CompletionRequest}. */
final class ChatDecoder {
    private static final int TOP_LOGPROBS_MAX = 20;

    private ChatDecoder() {}

    static CompletionRequest decode(JsonNode body, Ids ids, GivenDocuments.Reader documents) {
        Fields fields = Fields.of(body, "");
        String model = fields.requiredString("model");
        List<Message> messages = ChatMessages.decode(fields, new FileParts(documents));
        boolean stream = fields.optionalBoolean("stream");
        boolean includeUsage = Decoding.includeUsage(fields, stream);
        Sampling sampling = Decoding.sampling(fields, ids);
        int choices = Decoding.choices(fields);
        List<String> stops = Decoding.stops(fields);
        int maxTokens = maxTokens(fields);
        int topLogprobs = topLogprobs(fields);
        ToolSet tools = ToolsDecoder.decode(fields);
        OutputControl control = Decoding.bias(fields, format(fields));
        if (tools.callable() && topLogprobs != GenerationRequest.NO_LOGPROBS) {
            throw Fields.invalid("logprobs", "can't be given of answers that may call tools");
        }
        Optional<Boolean> thinking = Decoding.thinking(Decoding.oneOf(fields, "reasoning_effort", Decoding.EFFORTS));
        Priority priority = Decoding.priority(fields);
        Decoding.passOver(fields);
        unsupported(fields);
        fields.end();
        return new CompletionRequest(
                model,
                List.of(new Prompt.Conversation(messages, tools, thinking)),
                choices,
                maxTokens,
                sampling,
                Decoding.seeded(fields),
                stops,
                topLogprobs,
                control,
                priority,
                stream,
                includeUsage);
    }

    /** Absent means as much as the context holds. */
    private static int maxTokens(Fields fields) {
        OptionalInt now = fields.optionalInt("max_completion_tokens", 1);
        OptionalInt old = fields.optionalInt("max_tokens", 1);
        if (now.isPresent() && old.isPresent()) {
            throw Fields.invalid("max_tokens", "can't go with max_completion_tokens, which has taken its place");
        }
        return now.orElse(old.orElse(GenerationRequest.AS_FITS));
    }

    private static int topLogprobs(Fields fields) {
        boolean wanted = fields.optionalBoolean("logprobs");
        OptionalInt top = fields.optionalInt("top_logprobs", 0, TOP_LOGPROBS_MAX);
        if (top.isPresent() && !wanted) {
            throw Fields.invalid("top_logprobs", "needs logprobs to be true");
        }
        return Decoding.topLogprobs(wanted, top.orElse(0));
    }

    /** The form that the answer must have. */
    private static OutputControl format(Fields fields) {
        Fields format = fields.optionalObject("response_format");
        if (format == null) {
            return OutputControl.NONE;
        }
        String type = format.requiredString("type");
        OutputControl control = switch (type) {
            case "text" -> OutputControl.NONE;
            case "json_object" -> OutputControl.NONE.withConstraint(Constraint.JsonSchema.ANY_OBJECT);
            case "json_schema" -> schema(Fields.of(format.required("json_schema"), format.path("json_schema")));
            default -> throw Fields.invalid(format.path("type"), "must be “text”, “json_object” or “json_schema”");
        };
        format.end();
        return control;
    }

    /** Held to whether “strict” or not: a model of this size would rarely keep to it by itself. */
    private static OutputControl schema(Fields named) {
        named.requiredString("name");
        named.optionalString("description");
        named.optionalBoolean("strict");
        JsonNode schema = named.optional("schema");
        named.end();
        if (schema != null && !schema.isObject()) {
            throw Fields.invalid(named.path("schema"), "must be an object, not " + Fields.kind(schema));
        }
        return OutputControl.NONE.withConstraint(
                schema == null ? Constraint.JsonSchema.ANY_OBJECT : new Constraint.JsonSchema(schema.toString()));
    }

    private static void unsupported(Fields fields) {
        for (JsonNode modality : fields.list("modalities")) {
            if (!modality.isString() || !modality.stringValue().equals("text")) {
                throw Fields.invalid("modalities", "only “text” can be given back");
            }
        }
        if (fields.optionalBoolean("store")) {
            throw Fields.invalid("store", "completions are not stored by this server");
        }
        Decoding.oneOf(fields, "verbosity", List.of("low", "medium", "high"));
        fields.refuse("functions", "has given way to tools, which are served");
        fields.refuse("function_call", "has given way to tool_choice, which is served");
        fields.refuse("audio", "audio " + Decoding.NOT_YET);
        fields.refuse("prediction", "predicted output " + Decoding.NOT_YET);
        fields.refuse("web_search_options", "searching the web " + Decoding.NOT_YET);
    }
}
