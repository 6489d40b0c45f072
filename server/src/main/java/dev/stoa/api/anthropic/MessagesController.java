package dev.stoa.api.anthropic;

import dev.stoa.admission.Admission;
import dev.stoa.api.CacheHeader;
import dev.stoa.api.Callers;
import dev.stoa.api.ClientConnection;
import dev.stoa.api.GivenDocuments;
import dev.stoa.api.JsonBody;
import dev.stoa.api.LifecycleHeaders;
import dev.stoa.api.PassedAnswer;
import dev.stoa.api.RequestId;
import dev.stoa.api.Responses;
import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.Ids;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/messages}, whole and streamed, and {@code POST /v1/messages/count_tokens}. The key is checked before
 * the body is read, so that a stranger can't make the server read 32 MB.
 */
@Controller
final class MessagesController {
    static final String ORGANIZATION_HEADER = "anthropic-organization-id";

    private final Callers callers;
    private final GivenDocuments documents;
    private final Generations generations;
    private final Inference inference;
    private final Admission admission;
    private final Limits limits;
    private final Ids ids;
    private final JsonBody body;

    MessagesController(
            Callers callers,
            GivenDocuments documents,
            Generations generations,
            Inference inference,
            Admission admission,
            Limits limits,
            Ids ids) {
        this.callers = callers;
        this.documents = documents;
        this.generations = generations;
        this.inference = inference;
        this.admission = admission;
        this.limits = limits;
        this.ids = ids;
        this.body = new JsonBody(limits);
    }

    @RequestMapping("/v1/messages")
    void create(HttpServletRequest http, HttpServletResponse response) throws IOException, InterruptedException {
        Responses.requireMethod(http, response, "POST");
        Caller caller = callers.authenticate(http, response, ORGANIZATION_HEADER);
        ApiVersion version = ApiVersion.of(http.getHeader(ApiVersion.HEADER));
        byte[] bytes = body.bytes(http);
        JsonNode sent = body.parse(bytes);
        boolean passes = PassedMessages.takes(sent, inference);
        MessagesRequest request = passes
                ? PassedMessages.decode(http, sent, bytes, false)
                : MessagesDecoder.decode(sent, version, documents.reader(caller));
        String requestId = RequestId.of(http);
        try (TokenStream stream = start(caller, request, requestId, response)) {
            ClientConnection client = ClientConnection.current(limits.clientCheck());
            MessageJson json = new MessageJson(
                    ids.message(), stream::model, ids::toolUse, UsageJson.of(request, limits.priorityTier()));
            if (passes) {
                PassedMessages words = new PassedMessages(json, stream, requestId);
                new PassedAnswer(stream, client, limits, words).writeTo(response, request.stream());
            } else if (request.stream()) {
                new StreamedAnswer(stream, json, client, limits, requestId).writeTo(response);
            } else {
                ObjectNode answer = WholeAnswer.read(stream, json, client, limits);
                if (answer != null) {
                    Responses.json(response, HttpServletResponse.SC_OK, answer);
                }
            }
        }
    }

    private TokenStream start(Caller caller, MessagesRequest request, String requestId, HttpServletResponse response) {
        GenerationRequest work = request.generation(requestId, ids.seed());
        try {
            TokenStream stream = generations.start(caller, work);
            CacheHeader.set(response, List.of(stream));
            LifecycleHeaders.set(
                    response, inference.model(stream.model()).card().lifecycle());
            return stream;
        } finally {
            RateLimitHeaders.set(response, admission.allowance(caller.credentialId()));
        }
    }

    /** @throws StoaException as {@link Inference#countTokens} */
    @RequestMapping("/v1/messages/count_tokens")
    void countTokens(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Responses.requireMethod(http, response, "POST");
        Caller caller = callers.authenticate(http, response, ORGANIZATION_HEADER);
        ApiVersion version = ApiVersion.of(http.getHeader(ApiVersion.HEADER));
        byte[] bytes = body.bytes(http);
        JsonNode sent = body.parse(bytes);
        MessagesRequest request = PassedMessages.takes(sent, inference)
                ? PassedMessages.decode(http, sent, bytes, true)
                : MessagesDecoder.decodeCount(sent, version, documents.reader(caller));
        inference.model(request.model());
        int tokens = inference.countTokens(request.generation(RequestId.of(http), ids.seed()));
        Responses.json(response, HttpServletResponse.SC_OK, MessageJson.count(tokens));
    }
}
