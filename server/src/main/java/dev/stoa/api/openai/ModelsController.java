package dev.stoa.api.openai;

import dev.stoa.api.Callers;
import dev.stoa.api.Responses;
import dev.stoa.embedding.EmbeddingModelInfo;
import dev.stoa.embedding.Embeddings;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Lifecycle;
import dev.stoa.inference.Model;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}}, unless asked for in Anthropic's protocol. */
@Controller
final class ModelsController {
    static final String NOT_ANTHROPIC = "!anthropic-version";
    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final Inference inference;
    private final Embeddings embeddings;
    private final Clock clock;

    ModelsController(Callers callers, Inference inference, Embeddings embeddings, Clock clock) {
        this.callers = callers;
        this.inference = inference;
        this.embeddings = embeddings;
        this.clock = clock;
    }

    @RequestMapping(path = "/v1/models", headers = NOT_ANTHROPIC)
    void list(HttpServletRequest http, HttpServletResponse response) throws IOException {
        begin(http, response);
        ObjectNode list = JSON.createObjectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        inference.models().forEach(model -> data.add(json(model)));
        embeddings.models().stream()
                .filter(EmbeddingModelInfo::onlyEmbeds)
                .forEach(model -> data.add(json(model.id(), model.createdAt())));
        Responses.json(response, HttpServletResponse.SC_OK, list);
    }

    @RequestMapping(path = "/v1/models/{id}", headers = NOT_ANTHROPIC)
    void get(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        begin(http, response);
        for (EmbeddingModelInfo model : embeddings.models()) {
            if (model.onlyEmbeds() && model.isNamed(id)) {
                Responses.json(response, HttpServletResponse.SC_OK, json(id, model.createdAt()));
                return;
            }
        }
        Model model = inference.model(id);
        Responses.json(response, HttpServletResponse.SC_OK, json(model));
    }

    private void begin(HttpServletRequest http, HttpServletResponse response) {
        Responses.requireMethod(http, response, "GET");
        callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
    }

    /** What the protocol has no words for is in Anthropic's, and vLLM's for the context. */
    private ObjectNode json(Model model) {
        Lifecycle lifecycle = model.card().lifecycle();
        ObjectNode json = json(model.id(), model.createdAt())
                .put("lifecycle", lifecycle.at(clock.instant()).name().toLowerCase(Locale.ROOT));
        if (model.contextLength() > 0) {
            json.put("max_model_len", model.contextLength());
        }
        if (lifecycle.retiresAt() != null) {
            json.put("retires_at", lifecycle.retiresAt().toString()).put("replacement", lifecycle.replacement());
        }
        return json;
    }

    private static ObjectNode json(String id, Instant createdAt) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("object", "model")
                .put("created", createdAt.getEpochSecond())
                .put("owned_by", "stoa");
    }
}
