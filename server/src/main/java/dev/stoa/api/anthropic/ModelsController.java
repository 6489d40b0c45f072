package dev.stoa.api.anthropic;

import dev.stoa.api.Callers;
import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Lifecycle;
import dev.stoa.inference.Model;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/models} in pages, and {@code GET /v1/models/{id}}. The paths are OpenAI's as well; who sends an
 * {@code anthropic-version} means this protocol.
 */
@Controller
final class ModelsController {
    /** The protocol's own page sizes. */
    private static final int LIMIT_DEFAULT = 20;

    private static final int LIMIT_MAX = 1000;
    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final Inference inference;
    private final Clock clock;

    ModelsController(Callers callers, Inference inference, Clock clock) {
        this.callers = callers;
        this.inference = inference;
        this.clock = clock;
    }

    @RequestMapping(path = "/v1/models", headers = ApiVersion.HEADER)
    void list(HttpServletRequest http, HttpServletResponse response) throws IOException {
        begin(http, response);
        int limit = Query.limit(http, LIMIT_DEFAULT, LIMIT_MAX);
        List<Model> all = inference.models();
        String after = http.getParameter("after_id");
        String before = http.getParameter("before_id");
        if (after != null && before != null) {
            throw Fields.invalid("before_id", "can't go with after_id");
        }
        int from = after == null ? 0 : place(all, after, "after_id") + 1;
        int to = before == null ? all.size() : place(all, before, "before_id");
        boolean more = to - from > limit;
        if (more && before != null) {
            from = to - limit;
        } else if (more) {
            to = from + limit;
        }
        Responses.json(response, HttpServletResponse.SC_OK, page(all.subList(from, to), more));
    }

    @RequestMapping(path = "/v1/models/{id}", headers = ApiVersion.HEADER)
    void get(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        begin(http, response);
        Responses.json(response, HttpServletResponse.SC_OK, json(inference.model(id)));
    }

    private void begin(HttpServletRequest http, HttpServletResponse response) {
        Responses.requireMethod(http, response, "GET");
        callers.authenticate(http, response, MessagesController.ORGANIZATION_HEADER);
        ApiVersion.of(http.getHeader(ApiVersion.HEADER));
    }

    private static int place(List<Model> models, String id, String parameter) {
        for (int i = 0; i < models.size(); i++) {
            if (models.get(i).id().equals(id)) {
                return i;
            }
        }
        throw new StoaException(ErrorKind.NOT_FOUND, parameter + ": there is no such model");
    }

    private ObjectNode page(List<Model> models, boolean more) {
        ObjectNode page = JSON.createObjectNode();
        ArrayNode data = page.putArray("data");
        models.forEach(model -> data.add(json(model)));
        return page.put("has_more", more)
                .put("first_id", models.isEmpty() ? null : models.getFirst().id())
                .put("last_id", models.isEmpty() ? null : models.getLast().id());
    }

    private ObjectNode json(Model model) {
        Lifecycle lifecycle = model.card().lifecycle();
        ObjectNode json = JSON.createObjectNode()
                .put("type", "model")
                .put("id", model.id())
                .put("display_name", model.displayName())
                .put(
                        "created_at",
                        model.createdAt().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("lifecycle", lifecycle.at(clock.instant()).name().toLowerCase(Locale.ROOT))
                .put("deprecated_at", text(lifecycle.deprecatedAt()))
                .put("retires_at", text(lifecycle.retiresAt()))
                .put("replacement", lifecycle.replacement());
        int output = model.card().maxOutputTokens();
        if (model.contextLength() > 0) {
            json.put("max_input_tokens", model.contextLength())
                    .put("max_tokens", output > 0 ? output : model.contextLength());
        } else {
            json.putNull("max_input_tokens").putNull("max_tokens");
        }
        CapabilitiesJson.put(json, model.card().capabilities());
        return json;
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }
}
