package dev.stoa.api.anthropic;

import dev.stoa.api.Callers;
import dev.stoa.api.Fields;
import dev.stoa.api.JsonBody;
import dev.stoa.api.ObjectIds;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.batch.BadInputException;
import dev.stoa.batch.Batch;
import dev.stoa.batch.BatchLimits;
import dev.stoa.batch.BatchPage;
import dev.stoa.batch.Batches;
import dev.stoa.batch.Intake;
import dev.stoa.batch.ItemResult;
import dev.stoa.batch.NewBatch;
import dev.stoa.batch.NewItem;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/messages/batches}. A body is taken in as it comes, some requests at a time, and results go out the same way,
 * so that the size of a batch costs no memory. A request whose params are wrong is one errored result, as in the
 * vendor's own service; only what is wrong with the batch itself refuses it.
 */
@Controller
final class BatchesController {
    private static final int LIMIT_DEFAULT = 20;
    private static final int LIMIT_MAX = 1000;
    private static final String PATH = "/v1/messages/batches";
    /** The protocol's own. */
    private static final Pattern CUSTOM_ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final Batches batches;
    private final BatchLimits limits;
    private final JsonBody body;

    BatchesController(Callers callers, Batches batches, BatchLimits limits, Limits house) {
        this.callers = callers;
        this.batches = batches;
        this.limits = limits;
        this.body = new JsonBody(house);
    }

    @RequestMapping(PATH)
    void collection(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "POST");
        ObjectNode answer = http.getMethod().equals("POST") ? create(caller, http) : list(caller, http);
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    private ObjectNode create(Caller caller, HttpServletRequest http) throws IOException {
        String version = http.getHeader(ApiVersion.HEADER).strip();
        NewBatch described = new NewBatch(
                BatchSurface.NAME,
                BatchSurface.ENDPOINT,
                version,
                null,
                null,
                JSON.createObjectNode().toString());
        int[] index = {0};
        try (Intake intake = batches.receive(caller, described)) {
            body.readEach(http, limits.body().toBytes(), "requests", node -> {
                intake.accept(item(node, "requests." + index[0]));
                index[0]++;
            });
            return json(intake.finish(), http);
        } catch (BadInputException e) {
            String field = e.line() == 0 ? "requests" : "requests." + (e.line() - 1) + ".custom_id";
            throw Fields.invalid(field, String.valueOf(e.getMessage()));
        }
    }

    private static NewItem item(JsonNode node, String path) {
        Fields fields = Fields.of(node, path);
        String customId = fields.requiredString("custom_id");
        if (!CUSTOM_ID.matcher(customId).matches()) {
            throw Fields.invalid(fields.path("custom_id"), "must be 1 to 64 letters, digits, underscores and hyphens");
        }
        JsonNode params = fields.required("params");
        Fields.of(params, fields.path("params"));
        fields.end();
        return new NewItem(customId, params.toString());
    }

    private ObjectNode list(Caller caller, HttpServletRequest http) {
        UUID after = ObjectIds.MESSAGE_BATCH.cursor(http, "after_id");
        UUID before = ObjectIds.MESSAGE_BATCH.cursor(http, "before_id");
        if (after != null && before != null) {
            throw Fields.invalid("before_id", "can't go with after_id");
        }
        int limit = Query.limit(http, LIMIT_DEFAULT, LIMIT_MAX);
        BatchPage page = batches.list(caller, BatchSurface.NAME, after, before, limit);
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode data = answer.putArray("data");
        List<Batch> found = page.batches();
        found.forEach(batch -> data.add(json(batch, http)));
        return answer.put("has_more", page.more())
                .put(
                        "first_id",
                        found.isEmpty()
                                ? null
                                : ObjectIds.MESSAGE_BATCH.write(found.getFirst().id()))
                .put(
                        "last_id",
                        found.isEmpty()
                                ? null
                                : ObjectIds.MESSAGE_BATCH.write(found.getLast().id()));
    }

    @RequestMapping(PATH + "/{id}")
    void one(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "DELETE");
        Batch batch = find(caller, id);
        if (http.getMethod().equals("DELETE")) {
            batches.delete(caller, BatchSurface.NAME, batch.id());
            Responses.json(response, HttpServletResponse.SC_OK, BatchJson.deleted(batch));
        } else {
            Responses.json(response, HttpServletResponse.SC_OK, json(batch, http));
        }
    }

    @RequestMapping(PATH + "/{id}/cancel")
    void cancel(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = begin(http, response, "POST");
        Batch batch = batches.cancel(caller, BatchSurface.NAME, ObjectIds.MESSAGE_BATCH.read(id));
        Responses.json(response, HttpServletResponse.SC_OK, json(batch, http));
    }

    @RequestMapping(PATH + "/{id}/results")
    void results(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = begin(http, response, "GET");
        Batch batch = find(caller, id);
        if (!batch.state().ended()) {
            throw new StoaException(
                    ErrorKind.NOT_FOUND, "This batch has no results yet; they are there when it has ended.");
        }
        if (batch.archivedAt() != null) {
            throw new StoaException(ErrorKind.NOT_FOUND, "The results of this batch are no longer kept.");
        }
        response.setContentType("application/x-jsonl");
        ServletOutputStream out = response.getOutputStream();
        List<ItemResult> page = batches.results(batch, 0);
        for (int from = page.size(); !page.isEmpty(); from += page.size()) {
            for (ItemResult result : page) {
                out.write(BatchJson.line(result).getBytes(StandardCharsets.UTF_8));
                out.write('\n');
            }
            out.flush();
            page = batches.results(batch, from);
        }
    }

    private Batch find(Caller caller, String id) {
        return batches.get(caller, BatchSurface.NAME, ObjectIds.MESSAGE_BATCH.read(id));
    }

    private Caller begin(HttpServletRequest http, HttpServletResponse response, String... methods) {
        Responses.requireMethod(http, response, methods);
        Caller caller = callers.authenticate(http, response, MessagesController.ORGANIZATION_HEADER);
        ApiVersion.of(http.getHeader(ApiVersion.HEADER));
        return caller;
    }

    /** Clients follow {@code results_url}, so it is where this request came to. */
    private static ObjectNode json(Batch batch, HttpServletRequest http) {
        String url = http.getRequestURL().toString();
        String base = url.substring(0, url.length() - http.getRequestURI().length());
        String results = base + PATH + "/" + ObjectIds.MESSAGE_BATCH.write(batch.id()) + "/results";
        return BatchJson.batch(batch, results);
    }
}
