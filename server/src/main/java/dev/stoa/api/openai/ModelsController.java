package dev.stoa.api.openai;

import dev.stoa.api.Callers;
import dev.stoa.api.Responses;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
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

    ModelsController(Callers callers, Inference inference) {
        this.callers = callers;
        this.inference = inference;
    }

    @RequestMapping(path = "/v1/models", headers = NOT_ANTHROPIC)
    void list(HttpServletRequest http, HttpServletResponse response) throws IOException {
        begin(http, response);
        ObjectNode list = JSON.createObjectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        inference.models().forEach(model -> data.add(json(model)));
        Responses.json(response, HttpServletResponse.SC_OK, list);
    }

    @RequestMapping(path = "/v1/models/{id}", headers = NOT_ANTHROPIC)
    void get(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        begin(http, response);
        Responses.json(response, HttpServletResponse.SC_OK, json(inference.model(id)));
    }

    private void begin(HttpServletRequest http, HttpServletResponse response) {
        Responses.requireMethod(http, response, "GET");
        callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
    }

    private static ObjectNode json(Model model) {
        return JSON.createObjectNode()
                .put("id", model.id())
                .put("object", "model")
                .put("created", model.createdAt().getEpochSecond())
                .put("owned_by", "stoa");
    }
}
