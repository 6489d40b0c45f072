package dev.stoa.api.anthropic;

import dev.stoa.api.EventWriter;
import dev.stoa.api.Fields;
import dev.stoa.api.PassedAnswer;
import dev.stoa.api.PassedBody;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.Wire;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.ServerSentEvents;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Messages that go to upstreams of this protocol as they stand, and what this server says where it ends their answers. */
final class PassedMessages implements PassedAnswer.Words {
    private static final String BETA = "anthropic-beta";
    private static final JsonMapper JSON = new JsonMapper();

    private final MessageJson json;
    private final TokenStream stream;
    private final String requestId;
    private final ServerSentEvents events = new ServerSentEvents();
    /** The block that is open; negative if none is. */
    private int open = -1;

    PassedMessages(MessageJson json, TokenStream stream, String requestId) {
        this.json = json;
        this.stream = stream;
        this.requestId = requestId;
    }

    /** Whether a body is for such an upstream. */
    static boolean takes(JsonNode body, Inference inference) {
        return body.path("model").isString()
                && inference.passes(body.get("model").stringValue(), Wire.ANTHROPIC);
    }

    /**
     * Reads what this server must know; all else is for the upstream to judge.
     *
     * @param counting whether only its tokens are to be counted
     */
    static MessagesRequest decode(HttpServletRequest http, JsonNode body, byte[] bytes, boolean counting) {
        Fields fields = Fields.of(body, "");
        int maxTokens = counting ? 1 : fields.requiredInt("max_tokens", 1);
        boolean stream = !counting && fields.optionalBoolean("stream");
        fields.required("messages");
        Map<String, String> headers = new HashMap<>();
        headers.put(ApiVersion.HEADER, http.getHeader(ApiVersion.HEADER).strip());
        List<String> betas = Collections.list(http.getHeaders(BETA));
        if (!betas.isEmpty()) {
            headers.put(BETA, String.join(",", betas));
        }
        Prompt prompt = PassedBody.of(Wire.ANTHROPIC, "/messages", body, bytes, headers, stream);
        JsonNode temperature = body.path("temperature");
        return new MessagesRequest(
                fields.requiredString("model"),
                prompt,
                maxTokens,
                List.of(),
                // Only whether it is 0 matters here.
                temperature.isNumber() && temperature.doubleValue() == 0
                        ? OptionalDouble.of(0)
                        : OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OutputControl.NONE,
                Priority.STANDARD,
                CacheBreakpoints.NONE,
                stream);
    }

    @Override
    public void passed(byte[] bytes) {
        events.accept(ByteBuffer.wrap(bytes), each -> {
            String data = each.toString();
            if (!data.contains("content_block_st")) {
                return;
            }
            JsonNode event = event(data);
            switch (event.path("type").asString("")) {
                case "content_block_start" -> open = event.path("index").asInt(0);
                case "content_block_stop" -> open = -1;
                default -> {}
            }
        });
    }

    private static JsonNode event(String data) {
        try {
            return JSON.readTree(data);
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }

    @Override
    public byte[] refused(TokenStream.Started started, boolean begun, TokenStream.Finished end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!begun) {
            write(out, json.messageStart(started));
        }
        if (open >= 0) {
            write(out, MessageJson.contentBlockStop(open));
        }
        write(out, json.messageDelta(end, stream.refusal()));
        write(out, MessageJson.event("message_stop"));
        return out.toByteArray();
    }

    @Override
    public byte[] refusedWhole(TokenStream.Finished end) {
        return JSON.writeValueAsBytes(json.whole(List.of(), end, stream.refusal()));
    }

    @Override
    public byte[] fault(ErrorKind kind, String message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, Errors.body(kind, message, requestId));
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, ObjectNode event) {
        EventWriter.addNamed(out, event);
    }
}
