package dev.stoa.api.openai;

import dev.stoa.admission.Admission;
import dev.stoa.api.CacheHeader;
import dev.stoa.api.Callers;
import dev.stoa.api.ClientConnection;
import dev.stoa.api.EventWriter;
import dev.stoa.api.JsonBody;
import dev.stoa.api.LifecycleHeaders;
import dev.stoa.api.RequestId;
import dev.stoa.api.Responses;
import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Inference;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/responses}: whole, streamed, in the background. A response that is to be kept is stored before its end
 * is told, so that the next request can build upon it. A fault in the midst of a stream is its last event, {@code
 * response.failed}. The key is checked before the body is read.
 */
@Controller
final class ResponsesController {
    private static final Logger log = LoggerFactory.getLogger(ResponsesController.class);

    private final Callers callers;
    private final Generations generations;
    private final Inference inference;
    private final Admission admission;
    private final Limits limits;
    private final Ids ids;
    private final Clock clock;
    private final JsonBody body;
    private final KeptResponses kept;
    private final BackgroundResponses background;
    private final ResponseFollower follower;

    ResponsesController(
            Callers callers,
            Generations generations,
            Inference inference,
            Admission admission,
            Limits limits,
            Ids ids,
            Clock clock,
            KeptResponses kept,
            BackgroundResponses background,
            ResponseFollower follower) {
        this.callers = callers;
        this.generations = generations;
        this.inference = inference;
        this.admission = admission;
        this.limits = limits;
        this.ids = ids;
        this.clock = clock;
        this.body = new JsonBody(limits);
        this.kept = kept;
        this.background = background;
        this.follower = follower;
    }

    @RequestMapping("/v1/responses")
    void create(HttpServletRequest http, HttpServletResponse response) throws IOException, InterruptedException {
        Responses.requireMethod(http, response, "POST");
        Caller caller = callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
        ResponsesRequest request = kept.decode(caller, body.read(http), ids);
        if (request.background()) {
            inBackground(caller, request, http, response);
            return;
        }
        try (TokenStream stream = start(caller, request, RequestId.of(http), response)) {
            ClientConnection client = ClientConnection.current(limits.clientCheck());
            if (request.stream()) {
                stream(stream, caller, request, client, response);
            } else {
                whole(stream, caller, request, client, response);
            }
        }
    }

    private TokenStream start(Caller caller, ResponsesRequest request, String requestId, HttpServletResponse response) {
        try {
            TokenStream stream = generations.start(caller, request.generation(requestId));
            CacheHeader.set(response, List.of(stream));
            LifecycleHeaders.set(
                    response, inference.model(stream.model()).card().lifecycle());
            return stream;
        } finally {
            RateLimitHeaders.set(response, admission.allowance(caller.credentialId()));
        }
    }

    /** What can be refused is refused now; from then on nobody needs to wait. */
    private void inBackground(
            Caller caller, ResponsesRequest request, HttpServletRequest http, HttpServletResponse response)
            throws IOException, InterruptedException {
        ObjectNode begun = background.begin(caller, request, start(caller, request, RequestId.of(http), response));
        if (request.stream()) {
            follower.follow(begun.get("id").stringValue(), -1, response);
        } else {
            Responses.json(response, HttpServletResponse.SC_OK, begun);
        }
    }

    private ResponseRun run(Caller caller, ResponsesRequest request, Supplier<String> model, Consumer<ObjectNode> out) {
        long created = clock.instant().getEpochSecond();
        String tier = Decoding.tier(request.priority(), limits.priorityTier());
        return new ResponseRun(
                request, ids.response(), model, tier, created, ids, out, ended -> kept.keep(caller, request, ended));
    }

    private void whole(
            TokenStream stream,
            Caller caller,
            ResponsesRequest request,
            ClientConnection client,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        ResponseRun run = run(caller, request, stream::model, _ -> {});
        while (!client.gone()) {
            TokenStream.Event event = stream.next(limits.clientCheck());
            if (event != null) {
                run.take(event);
            }
            if (event instanceof TokenStream.Finished) {
                Responses.json(response, HttpServletResponse.SC_OK, run.response());
                return;
            }
        }
    }

    private void stream(
            TokenStream stream,
            Caller caller,
            ResponsesRequest request,
            ClientConnection client,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        TokenStream.Event first = null;
        while (first == null) {
            if (client.gone()) {
                return;
            }
            first = stream.next(limits.clientCheck());
        }
        EventWriter out = new EventWriter(response);
        ResponseRun run = run(caller, request, stream::model, out::addNamed);
        run.begin();
        out.flush();
        try {
            copy(stream, run, client, out);
        } catch (StoaException e) {
            run.fail(e.kind(), e.getMessage());
            out.flush();
        } catch (RuntimeException e) {
            // The status has left, so the fault can only be told within the stream.
            log.error("A request failed in mid-stream", e);
            run.fail(ErrorKind.INTERNAL, "The server failed on this request.");
            out.flush();
        }
    }

    private void copy(TokenStream stream, ResponseRun run, ClientConnection client, EventWriter out)
            throws IOException, InterruptedException {
        long writtenNanos = System.nanoTime();
        while (!client.gone()) {
            TokenStream.Event event = stream.next(limits.clientCheck());
            if (event != null) {
                run.take(event);
            } else if (System.nanoTime() - writtenNanos >= limits.pingInterval().toNanos()) {
                out.addComment();
            } else {
                continue;
            }
            out.flush();
            writtenNanos = System.nanoTime();
            if (event instanceof TokenStream.Finished) {
                return;
            }
        }
    }
}
