package dev.stoa.api.openai;

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
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/chat/completions} and {@code POST /v1/completions}, whole and streamed. The key is checked before the
 * body is read, so that a stranger can't make the server read 32 MB.
 */
@Controller
final class ChatController {
    static final String ORGANIZATION_HEADER = "openai-organization";

    private final Callers callers;
    private final GivenDocuments documents;
    private final Generations generations;
    private final Inference inference;
    private final Admission admission;
    private final Limits limits;
    private final Ids ids;
    private final Clock clock;
    private final JsonBody body;

    ChatController(
            Callers callers,
            GivenDocuments documents,
            Generations generations,
            Inference inference,
            Admission admission,
            Limits limits,
            Ids ids,
            Clock clock) {
        this.callers = callers;
        this.documents = documents;
        this.generations = generations;
        this.inference = inference;
        this.admission = admission;
        this.limits = limits;
        this.ids = ids;
        this.clock = clock;
        this.body = new JsonBody(limits);
    }

    /** Reads a body of one of the two paths. */
    private interface Decoder {
        CompletionRequest decode(Caller caller, JsonNode body);
    }

    /** Makes the writer of one answer; its model is known when the answer has begun. */
    private interface Format {
        AnswerJson of(CompletionRequest request, Supplier<String> model, int choices, long createdSeconds);
    }

    @RequestMapping("/v1/chat/completions")
    void chat(HttpServletRequest http, HttpServletResponse response) throws IOException, InterruptedException {
        Decoder decoder = (caller, json) -> ChatDecoder.decode(json, ids, documents.reader(caller));
        answer(http, response, "/chat/completions", decoder, (request, model, choices, created) -> {
            boolean logprobs = request.topLogprobs() != GenerationRequest.NO_LOGPROBS;
            String tier = Decoding.tier(request.priority(), limits.priorityTier());
            return new ChatJson(ids.chatCompletion(), model, created, tier, logprobs, request.includeUsage());
        });
    }

    @RequestMapping("/v1/completions")
    void text(HttpServletRequest http, HttpServletResponse response) throws IOException, InterruptedException {
        answer(
                http,
                response,
                "/completions",
                (caller, json) -> TextDecoder.decode(json, ids),
                (request, model, choices, created) ->
                        new TextJson(ids.completion(), model, created, request.includeUsage(), choices));
    }

    private void answer(
            HttpServletRequest http, HttpServletResponse response, String path, Decoder decoder, Format format)
            throws IOException, InterruptedException {
        Responses.requireMethod(http, response, "POST");
        Caller caller = callers.authenticate(http, response, ORGANIZATION_HEADER);
        byte[] bytes = body.bytes(http);
        JsonNode sent = body.parse(bytes);
        boolean passes = PassedCompletion.takes(sent, inference);
        CompletionRequest request =
                passes ? PassedCompletion.decode(sent, bytes, path, ids) : decoder.decode(caller, sent);
        List<GenerationRequest> parts = request.parts(RequestId.of(http));
        List<TokenStream> streams = start(caller, parts, response);
        try (Choices choices = new Choices(streams, limits.clientCheck())) {
            AnswerJson json = format.of(
                    request,
                    streams.getFirst()::model,
                    parts.size(),
                    clock.instant().getEpochSecond());
            ClientConnection client = ClientConnection.current(limits.clientCheck());
            if (passes) {
                PassedCompletion words = new PassedCompletion(json);
                new PassedAnswer(streams.getFirst(), client, limits, words).writeTo(response, request.stream());
                return;
            }
            AnswerWriter writer = new AnswerWriter(choices, parts, json, client, limits, ids::toolCall);
            if (request.stream()) {
                writer.stream(response, request.includeUsage());
            } else {
                ObjectNode answer = writer.whole();
                if (answer != null) {
                    Responses.json(response, HttpServletResponse.SC_OK, answer);
                }
            }
        }
    }

    private List<TokenStream> start(Caller caller, List<GenerationRequest> parts, HttpServletResponse response) {
        try {
            List<TokenStream> streams = generations.startAll(caller, parts);
            CacheHeader.set(response, streams);
            String model = streams.getFirst().model();
            LifecycleHeaders.set(response, inference.model(model).card().lifecycle());
            return streams;
        } finally {
            RateLimitHeaders.set(response, admission.allowance(caller.credentialId()));
        }
    }
}
