package dev.stoa.api.openai;

import dev.stoa.admission.Admission;
import dev.stoa.api.Callers;
import dev.stoa.api.ClientConnection;
import dev.stoa.api.JsonBody;
import dev.stoa.api.RequestId;
import dev.stoa.api.Responses;
import dev.stoa.embedding.Embeddings;
import dev.stoa.identity.Caller;
import dev.stoa.shared.Limits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** {@code POST /v1/embeddings}, with vectors as numbers or as base64 of little-endian floats. */
@Controller
final class EmbeddingsController {
    private final Callers callers;
    private final Embeddings embeddings;
    private final Admission admission;
    private final Limits limits;
    private final JsonBody body;

    EmbeddingsController(Callers callers, Embeddings embeddings, Admission admission, Limits limits) {
        this.callers = callers;
        this.embeddings = embeddings;
        this.admission = admission;
        this.limits = limits;
        this.body = new JsonBody(limits);
    }

    @RequestMapping("/v1/embeddings")
    void embed(HttpServletRequest http, HttpServletResponse response) throws IOException, InterruptedException {
        Responses.requireMethod(http, response, "POST");
        Caller caller = callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
        EmbeddingsRequest decoded = EmbeddingsRequest.decode(body.read(http), embeddings.models());
        ClientConnection client = ClientConnection.current(limits.clientCheck());
        Embeddings.Embedded embedded = embed(
                caller,
                new Embeddings.Request(RequestId.of(http), EmbeddingsRequest.SURFACE, decoded.model(), decoded.texts()),
                client,
                response);
        if (embedded != null) {
            Responses.json(response, HttpServletResponse.SC_OK, decoded.answer(embedded));
        }
    }

    private Embeddings.@Nullable Embedded embed(
            Caller caller, Embeddings.Request request, ClientConnection client, HttpServletResponse response)
            throws InterruptedException {
        try {
            return embeddings.embed(caller, request, client::gone);
        } finally {
            RateLimitHeaders.set(response, admission.allowance(caller.credentialId()));
        }
    }
}
