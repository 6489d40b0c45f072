package dev.stoa.api.openai;

import dev.stoa.api.Callers;
import dev.stoa.api.Fields;
import dev.stoa.api.JsonBody;
import dev.stoa.api.ObjectIds;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.batch.Batch;
import dev.stoa.batch.BatchLimits;
import dev.stoa.batch.BatchPage;
import dev.stoa.batch.Batches;
import dev.stoa.batch.NewBatch;
import dev.stoa.file.Files;
import dev.stoa.file.StoredFile;
import dev.stoa.identity.Caller;
import dev.stoa.shared.Limits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/batches}. Input and results are files; the input is read after the batch is made. */
@Controller
final class BatchesController {
    /** The protocol's own page sizes. */
    private static final int LIMIT_DEFAULT = 20;

    private static final int LIMIT_MAX = 100;
    private static final String PURPOSE = "batch";
    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final Batches batches;
    private final Files files;
    private final BatchLimits limits;
    private final JsonBody body;

    BatchesController(Callers callers, Batches batches, Files files, BatchLimits limits, Limits house) {
        this.callers = callers;
        this.batches = batches;
        this.files = files;
        this.limits = limits;
        this.body = new JsonBody(house);
    }

    @RequestMapping("/v1/batches")
    void collection(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "POST");
        ObjectNode answer =
                http.getMethod().equals("POST") ? BatchJson.batch(create(caller, body.read(http))) : list(caller, http);
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    private Batch create(Caller caller, JsonNode node) {
        Fields fields = Fields.of(node, "");
        UUID input = ObjectIds.FILE.read(fields.requiredString("input_file_id"));
        String endpoint = fields.requiredString("endpoint");
        Fields.require(
                BatchSurface.ENDPOINTS.contains(endpoint),
                "endpoint",
                "must be one of " + String.join(", ", BatchSurface.ENDPOINTS));
        Fields.require(
                fields.requiredString("completion_window").equals(BatchJson.WINDOW),
                "completion_window",
                "must be " + BatchJson.WINDOW);
        JsonNode metadata = Decoding.metadata(fields);
        Duration lifetime = lifetime(fields.optionalObject("output_expires_after"));
        fields.end();
        StoredFile file = files.get(caller, input);
        Fields.require(file.purpose().equals(PURPOSE), "input_file_id", "must be a file with the purpose “batch”");
        long most = limits.body().toBytes();
        Fields.require(file.bytes() <= most, "input_file_id", "must have at most " + (most >> 20) + " MB");
        String kept = metadata == null ? "{}" : metadata.toString();
        return batches.create(caller, new NewBatch(BatchSurface.NAME, endpoint, "", input, lifetime, kept));
    }

    private static @Nullable Duration lifetime(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        Fields.require(
                fields.requiredString("anchor").equals("created_at"), fields.path("anchor"), "must be created_at");
        int seconds = fields.requiredInt("seconds", (int) FilesController.SECONDS_MIN);
        Fields.require(
                seconds <= FilesController.SECONDS_MAX,
                fields.path("seconds"),
                "must be at most " + FilesController.SECONDS_MAX);
        fields.end();
        return Duration.ofSeconds(seconds);
    }

    private ObjectNode list(Caller caller, HttpServletRequest http) {
        UUID after = ObjectIds.BATCH.cursor(http, "after");
        int limit = Query.limit(http, LIMIT_DEFAULT, LIMIT_MAX);
        BatchPage page = batches.list(caller, BatchSurface.NAME, after, null, limit);
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        List<Batch> found = page.batches();
        found.forEach(batch -> data.add(BatchJson.batch(batch)));
        return answer.put(
                        "first_id",
                        found.isEmpty()
                                ? null
                                : ObjectIds.BATCH.write(found.getFirst().id()))
                .put(
                        "last_id",
                        found.isEmpty()
                                ? null
                                : ObjectIds.BATCH.write(found.getLast().id()))
                .put("has_more", page.more());
    }

    @RequestMapping("/v1/batches/{id}")
    void one(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET");
        Batch batch = batches.get(caller, BatchSurface.NAME, ObjectIds.BATCH.read(id));
        Responses.json(response, HttpServletResponse.SC_OK, BatchJson.batch(batch));
    }

    @RequestMapping("/v1/batches/{id}/cancel")
    void cancel(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = begin(http, response, "POST");
        Batch batch = batches.cancel(caller, BatchSurface.NAME, ObjectIds.BATCH.read(id));
        Responses.json(response, HttpServletResponse.SC_OK, BatchJson.batch(batch));
    }

    private Caller begin(HttpServletRequest http, HttpServletResponse response, String... methods) {
        Responses.requireMethod(http, response, methods);
        return callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
    }
}
