package dev.stoa.api.anthropic;

import dev.stoa.api.ClientConnection;
import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.api.JsonBody;
import dev.stoa.batch.BatchProtocol;
import dev.stoa.generation.Generations;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.Ids;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Answers the items of this protocol's batches, each as {@code POST /v1/messages} would without a stream. */
@Component
final class BatchSurface implements BatchProtocol {
    static final String NAME = "anthropic";
    static final String ENDPOINT = "/v1/messages";
    private static final String TIER = "batch";

    private final Generations generations;
    private final GivenDocuments documents;
    private final Limits limits;
    private final Ids ids;
    private final JsonBody json;

    BatchSurface(Generations generations, GivenDocuments documents, Limits limits, Ids ids) {
        this.generations = generations;
        this.documents = documents;
        this.limits = limits;
        this.ids = ids;
        this.json = new JsonBody(limits);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Answer answer(Request request) throws InterruptedException {
        MessagesRequest decoded = MessagesDecoder.decode(
                json.parse(request.body().getBytes(StandardCharsets.UTF_8)),
                ApiVersion.of(request.version()),
                documents.reader(request.caller()));
        Fields.require(!decoded.stream(), "stream", "a request of a batch can't be streamed");
        try (TokenStream stream = generations.start(
                request.caller(),
                decoded.generation(request.requestId(), ids.seed()).inBatch())) {
            MessageJson format = new MessageJson(
                    ids.message(), stream::model, ids::toolUse, new UsageJson(decoded.breakpoints(), TIER));
            ClientConnection client = ClientConnection.without(request.stopped());
            ObjectNode message = request.unlessStopped(WholeAnswer.read(stream, format, client, limits));
            return new Answer(200, message.toString());
        }
    }

    @Override
    public Answer error(StoaException error, String requestId) {
        ObjectNode body = Errors.body(error.kind(), String.valueOf(error.getMessage()), requestId);
        return new Answer(error.kind().httpStatus(), body.toString());
    }
}
