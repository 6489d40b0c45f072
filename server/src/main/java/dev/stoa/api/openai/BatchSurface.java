package dev.stoa.api.openai;

import dev.stoa.api.ClientConnection;
import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.api.JsonBody;
import dev.stoa.batch.BatchProtocol;
import dev.stoa.embedding.Embeddings;
import dev.stoa.generation.Generations;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.Ids;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers the items of this protocol's batches, each as its endpoint would without a stream. */
@Component
final class BatchSurface implements BatchProtocol {
    static final String NAME = "openai";
    static final String CHAT = "/v1/chat/completions";
    static final String TEXT = "/v1/completions";
    static final String EMBEDDINGS = "/v1/embeddings";
    static final String RESPONSES = "/v1/responses";
    /** What a batch may be for. */
    static final List<String> ENDPOINTS = List.of(CHAT, TEXT, EMBEDDINGS, RESPONSES);

    private static final int OK = 200;

    private final Generations generations;
    private final Embeddings embeddings;
    private final GivenDocuments documents;
    /** What the vendor calls the tier of batches, too. */
    private static final String TIER = "default";

    private final Limits limits;
    private final KeptResponses kept;
    private final Ids ids;
    private final Clock clock;
    private final JsonBody json;

    BatchSurface(
            Generations generations,
            Embeddings embeddings,
            GivenDocuments documents,
            Limits limits,
            KeptResponses kept,
            Ids ids,
            Clock clock) {
        this.generations = generations;
        this.embeddings = embeddings;
        this.documents = documents;
        this.limits = limits;
        this.kept = kept;
        this.ids = ids;
        this.clock = clock;
        this.json = new JsonBody(limits);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<BatchFiles> files() {
        return Optional.of(new BatchLines(json, limits));
    }

    @Override
    public Answer answer(Request request) throws InterruptedException {
        JsonNode body = json.parse(request.body().getBytes(StandardCharsets.UTF_8));
        ObjectNode answer = switch (request.endpoint()) {
            case CHAT -> chat(request, body);
            case TEXT -> text(request, body);
            case EMBEDDINGS -> embeddings(request, body);
            case RESPONSES -> response(request, body);
            default -> throw new IllegalStateException("no batch is for " + request.endpoint());
        };
        return new Answer(OK, answer.toString());
    }

    @Override
    public Answer error(StoaException error, String requestId) {
        ObjectNode body = Errors.body(error.kind(), String.valueOf(error.getMessage()), error.param());
        return new Answer(Errors.status(error.kind()), body.toString());
    }

    private ObjectNode chat(Request request, JsonNode body) throws InterruptedException {
        CompletionRequest decoded = ChatDecoder.decode(body, ids, documents.reader(request.caller()));
        boolean logprobs = decoded.topLogprobs() != GenerationRequest.NO_LOGPROBS;
        return complete(
                request, decoded, model -> new ChatJson(ids.chatCompletion(), model, now(), TIER, logprobs, false));
    }

    private ObjectNode text(Request request, JsonNode body) throws InterruptedException {
        CompletionRequest decoded = TextDecoder.decode(body, ids);
        int choices = decoded.prompts().size() * decoded.choices();
        return complete(request, decoded, model -> new TextJson(ids.completion(), model, now(), false, choices));
    }

    /** Makes the writer of an answer, given who names its model. */
    private interface Format {
        AnswerJson of(Supplier<String> model);
    }

    private ObjectNode complete(Request request, CompletionRequest decoded, Format format) throws InterruptedException {
        requireWhole(decoded.stream());
        List<GenerationRequest> parts = decoded.parts(request.requestId()).stream()
                .map(GenerationRequest::inBatch)
                .toList();
        List<TokenStream> streams = generations.startAll(request.caller(), parts);
        try (Choices choices = new Choices(streams, limits.clientCheck())) {
            AnswerJson answer = format.of(streams.getFirst()::model);
            ClientConnection client = ClientConnection.without(request.stopped());
            AnswerWriter writer = new AnswerWriter(choices, parts, answer, client, limits, ids::toolCall);
            return request.unlessStopped(writer.whole());
        }
    }

    private ObjectNode embeddings(Request request, JsonNode body) throws InterruptedException {
        EmbeddingsRequest decoded = EmbeddingsRequest.decode(body, embeddings.models());
        String surface = EmbeddingsRequest.SURFACE + GenerationRequest.BATCH_SURFACE;
        Embeddings.Embedded embedded = embeddings.embed(
                request.caller(),
                new Embeddings.Request(request.requestId(), surface, decoded.model(), decoded.texts()),
                request.stopped());
        return decoded.answer(request.unlessStopped(embedded));
    }

    private ObjectNode response(Request request, JsonNode body) throws InterruptedException {
        ResponsesRequest decoded = kept.decode(request.caller(), body, ids);
        requireWhole(decoded.stream());
        Fields.require(!decoded.background(), "background", "a request of a batch is in the background anyway");
        try (TokenStream stream = generations.start(
                request.caller(), decoded.generation(request.requestId()).inBatch())) {
            ResponseRun run = new ResponseRun(
                    decoded,
                    ids.response(),
                    stream::model,
                    TIER,
                    now(),
                    ids,
                    _ -> {},
                    ended -> kept.keep(request.caller(), decoded, ended));
            while (!request.stopped().getAsBoolean()) {
                TokenStream.Event event = stream.next(limits.clientCheck());
                if (event != null) {
                    run.take(event);
                }
                if (event instanceof TokenStream.Finished) {
                    return run.response();
                }
            }
            return request.unlessStopped(null);
        }
    }

    private static void requireWhole(boolean stream) {
        Fields.require(!stream, "stream", "a request of a batch can't be streamed");
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
