package dev.stoa.api.anthropic;

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
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/files} for those who send an {@code anthropic-version}. Unlike the vendor's, a file that was uploaded can
 * be downloaded again.
 */
@Controller
final class FilesController {
    private static final int LIMIT_DEFAULT = 20;
    private static final int LIMIT_MAX = 1000;
    /** OpenAI's word for a file that is sent to be read; this protocol has none. */
    private static final String PURPOSE = "user_data";

    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final Files files;

    FilesController(Callers callers, Files files) {
        this.callers = callers;
        this.files = files;
    }

    @RequestMapping(path = "/v1/files", headers = ApiVersion.HEADER)
    void collection(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "POST");
        ObjectNode answer = http.getMethod().equals("POST") ? create(caller, http) : list(caller, http);
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    private ObjectNode create(Caller caller, HttpServletRequest http) throws IOException {
        try (MultipartForm form = MultipartForm.read(http, caller, files, Set.of())) {
            NewFile described = new NewFile(form.name(), form.mediaType(), PURPOSE, null);
            return json(files.keep(caller, form.content(), described));
        }
    }

    private ObjectNode list(Caller caller, HttpServletRequest http) {
        UUID after = StoredFiles.cursor(http, "after_id");
        UUID before = StoredFiles.cursor(http, "before_id");
        if (after != null && before != null) {
            throw Fields.invalid("before_id", "can't go with after_id");
        }
        int limit = Query.limit(http, LIMIT_DEFAULT, LIMIT_MAX);
        FilePage page = files.list(caller, new FileQuery(null, after, before, false, limit));
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode data = answer.putArray("data");
        page.files().forEach(file -> data.add(json(file)));
        boolean empty = page.files().isEmpty();
        return answer.put("has_more", page.more())
                .put(
                        "first_id",
                        empty ? null : StoredFiles.id(page.files().getFirst().id()))
                .put(
                        "last_id",
                        empty ? null : StoredFiles.id(page.files().getLast().id()));
    }

    @RequestMapping(path = "/v1/files/{id}", headers = ApiVersion.HEADER)
    void one(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "DELETE");
        UUID file = StoredFiles.id(id);
        ObjectNode answer =
                http.getMethod().equals("DELETE") ? deleted(files.delete(caller, file)) : json(files.get(caller, file));
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    @RequestMapping(path = "/v1/files/{id}/content", headers = ApiVersion.HEADER)
    void content(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = begin(http, response, "GET");
        StoredFiles.send(response, files, files.get(caller, StoredFiles.id(id)));
    }

    private Caller begin(HttpServletRequest http, HttpServletResponse response, String... methods) {
        Responses.requireMethod(http, response, methods);
        Caller caller = callers.authenticate(http, response, MessagesController.ORGANIZATION_HEADER);
        ApiVersion.of(http.getHeader(ApiVersion.HEADER));
        return caller;
    }

    private static ObjectNode deleted(StoredFile file) {
        return JSON.createObjectNode().put("id", StoredFiles.id(file.id())).put("type", "file_deleted");
    }

    private static ObjectNode json(StoredFile file) {
        ObjectNode json = JSON.createObjectNode()
                .put("type", "file")
                .put("id", StoredFiles.id(file.id()))
                .put("filename", file.name())
                .put("mime_type", file.mediaType())
                .put("size_bytes", file.bytes())
                .put("created_at", file.createdAt().toString())
                .put("downloadable", true);
        return json.put(
                "expires_at", file.expiresAt() == null ? null : file.expiresAt().toString());
    }
}
