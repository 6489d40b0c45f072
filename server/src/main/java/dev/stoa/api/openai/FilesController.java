package dev.stoa.api.openai;

import dev.stoa.api.Callers;
import dev.stoa.api.Fields;
import dev.stoa.api.MultipartForm;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.api.StoredFiles;
import dev.stoa.file.FilePage;
import dev.stoa.file.FileQuery;
import dev.stoa.file.Files;
import dev.stoa.file.NewFile;
import dev.stoa.file.StoredFile;
import dev.stoa.identity.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/files}, unless asked for in Anthropic's protocol. */
@Controller
final class FilesController {
    /** The protocol's own page sizes. */
    private static final int LIMIT_MAX = 10_000;

    private static final String ANCHOR = "expires_after[anchor]";
    private static final String SECONDS = "expires_after[seconds]";
    static final long SECONDS_MIN = Duration.ofHours(1).toSeconds();
    static final long SECONDS_MAX = Duration.ofDays(30).toSeconds();
    private static final Set<String> FIELDS = Set.of("purpose", ANCHOR, SECONDS);
    private static final List<String> PURPOSES =
            List.of("assistants", "batch", "fine-tune", "vision", "user_data", "evals");
    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final Files files;

    FilesController(Callers callers, Files files) {
        this.callers = callers;
        this.files = files;
    }

    @RequestMapping(path = "/v1/files", headers = ModelsController.NOT_ANTHROPIC)
    void collection(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "POST");
        ObjectNode answer = http.getMethod().equals("POST") ? create(caller, http) : list(caller, http);
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    private ObjectNode create(Caller caller, HttpServletRequest http) throws IOException {
        try (MultipartForm form = MultipartForm.read(http, caller, files, FIELDS)) {
            String purpose = form.field("purpose");
            if (purpose == null || !PURPOSES.contains(purpose)) {
                throw Fields.invalid("purpose", "must be one of " + String.join(", ", PURPOSES));
            }
            NewFile described = new NewFile(form.name(), form.mediaType(), purpose, lifetime(form));
            return json(files.keep(caller, form.content(), described));
        }
    }

    private static @Nullable Duration lifetime(MultipartForm form) {
        String anchor = form.field(ANCHOR);
        String seconds = form.field(SECONDS);
        if (anchor == null && seconds == null) {
            return null;
        }
        if (!"created_at".equals(anchor)) {
            throw Fields.invalid(ANCHOR, "must be created_at");
        }
        try {
            long value = Long.parseLong(String.valueOf(seconds));
            if (value >= SECONDS_MIN && value <= SECONDS_MAX) {
                return Duration.ofSeconds(value);
            }
        } catch (NumberFormatException _) {
            // Answered below, as a number out of range.
        }
        throw Fields.invalid(SECONDS, "must be a whole number between " + SECONDS_MIN + " and " + SECONDS_MAX);
    }

    private ObjectNode list(Caller caller, HttpServletRequest http) {
        String order = http.getParameter("order");
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw Fields.invalid("order", "must be asc or desc");
        }
        UUID after = StoredFiles.cursor(http, "after");
        int limit = Query.limit(http, LIMIT_MAX, LIMIT_MAX);
        String purpose = http.getParameter("purpose");
        FilePage page = files.list(caller, new FileQuery(purpose, after, null, "asc".equals(order), limit));
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        page.files().forEach(file -> data.add(json(file)));
        boolean empty = page.files().isEmpty();
        return answer.put(
                        "first_id",
                        empty ? null : StoredFiles.id(page.files().getFirst().id()))
                .put(
                        "last_id",
                        empty ? null : StoredFiles.id(page.files().getLast().id()))
                .put("has_more", page.more());
    }

    @RequestMapping(path = "/v1/files/{id}", headers = ModelsController.NOT_ANTHROPIC)
    void one(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "DELETE");
        UUID file = StoredFiles.id(id);
        ObjectNode answer =
                http.getMethod().equals("DELETE") ? deleted(files.delete(caller, file)) : json(files.get(caller, file));
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    @RequestMapping(path = "/v1/files/{id}/content", headers = ModelsController.NOT_ANTHROPIC)
    void content(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = begin(http, response, "GET");
        StoredFiles.send(response, files, files.get(caller, StoredFiles.id(id)));
    }

    private Caller begin(HttpServletRequest http, HttpServletResponse response, String... methods) {
        Responses.requireMethod(http, response, methods);
        return callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
    }

    private static ObjectNode deleted(StoredFile file) {
        return JSON.createObjectNode()
                .put("id", StoredFiles.id(file.id()))
                .put("object", "file")
                .put("deleted", true);
    }

    private static ObjectNode json(StoredFile file) {
        ObjectNode json = JSON.createObjectNode()
                .put("id", StoredFiles.id(file.id()))
                .put("object", "file")
                .put("bytes", file.bytes())
                .put("created_at", file.createdAt().getEpochSecond())
                .put("filename", file.name())
                .put("purpose", file.purpose())
                // Every file is whole when it is named; the protocol's clients ask for the word.
                .put("status", "processed");
        if (file.expiresAt() != null) {
            json.put("expires_at", file.expiresAt().getEpochSecond());
        }
        return json;
    }
}
