package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Responses;
import dev.stoa.identity.Administration;
import dev.stoa.identity.ApiKey;
import dev.stoa.identity.Caller;
import dev.stoa.identity.KeyScope;
import dev.stoa.identity.NewKey;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/api_keys}: list, create, look at, change, rotate. The secret is in the answer that made it.
 * Who is no administrator has here what {@link Administration} gives them: their own keys, and those of workspaces.
 */
@Controller
final class KeysController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final Administration administration;

    KeysController(AdminCallers callers, Administration administration) {
        this.callers = callers;
        this.administration = administration;
    }

    @RequestMapping("/v1/organizations/api_keys")
    void keys(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.beginMember(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            create(caller, http, response);
            return;
        }
        ApiKey.Status status = wantedStatus(http.getParameter("status"));
        String workspace = http.getParameter("workspace_id");
        List<ApiKey> keys = administration.keys(caller).stream()
                .filter(key -> status == null || key.status() == status)
                .filter(key -> workspace == null || key.workspaceId().equals(AdminIds.WORKSPACE.read(workspace)))
                .toList();
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.of(http, keys, key -> AdminIds.KEY.write(key.id()), KeysController::json));
    }

    private static ApiKey.@Nullable Status wantedStatus(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return Stream.of(ApiKey.Status.values())
                .filter(status -> label(status).equals(text))
                .findFirst()
                .orElseThrow(() -> Fields.invalid("status", "must be “active”, “inactive”, “archived” or “expired”"));
    }

    private void create(Caller caller, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Fields fields = callers.read(http);
        String name = fields.requiredString("name");
        String workspace = fields.optionalString("workspace_id");
        String service = fields.optionalString("service_account_id");
        Instant expires = Pages.time(fields.optionalString("expires_at"), "expires_at");
        Set<KeyScope> scopes = scopes(fields);
        fields.end();
        NewKey made = administration.createKey(
                caller,
                service == null ? null : AdminIds.SERVICE.read(service),
                name,
                workspace == null ? null : AdminIds.WORKSPACE.read(workspace),
                scopes,
                expires);
        Responses.json(response, HttpServletResponse.SC_CREATED, json(made));
    }

    /** What a program needs, unless more is asked for. */
    private static Set<KeyScope> scopes(Fields fields) {
        JsonNode node = fields.optional("scopes");
        if (node == null) {
            return EnumSet.of(KeyScope.INFERENCE);
        }
        EnumSet<KeyScope> scopes = EnumSet.noneOf(KeyScope.class);
        for (JsonNode item : Fields.items(node, "scopes")) {
            scopes.add(KeyScope.of(item.isString() ? item.stringValue() : "")
                    .orElseThrow(() -> Fields.invalid("scopes", "holds “inference”, “chat” and “admin”")));
        }
        if (scopes.isEmpty()) {
            throw Fields.invalid("scopes", "must hold at least one");
        }
        return scopes;
    }

    @RequestMapping("/v1/organizations/api_keys/{id}")
    void key(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.beginMember(http, response, "GET", "POST");
        ApiKey key = administration.key(caller, AdminIds.KEY.read(id));
        if (http.getMethod().equals("POST")) {
            Fields fields = callers.read(http);
            String name = fields.optionalString("name");
            ApiKey.Status status = status(fields);
            fields.end();
            key = administration.changeKey(caller, key.id(), name, status);
        }
        Responses.json(response, HttpServletResponse.SC_OK, json(key));
    }

    private static ApiKey.@Nullable Status status(Fields fields) {
        String status = fields.optionalString("status");
        return switch (status) {
            case null -> null;
            case "active" -> ApiKey.Status.ACTIVE;
            case "inactive" -> ApiKey.Status.INACTIVE;
            case "archived" -> ApiKey.Status.ARCHIVED;
            default -> throw Fields.invalid("status", "must be “active”, “inactive” or “archived”");
        };
    }

    @RequestMapping("/v1/organizations/api_keys/{id}/rotate")
    void rotate(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.beginMember(http, response, "POST");
        ApiKey old = administration.key(caller, AdminIds.KEY.read(id));
        Fields fields = callers.read(http);
        int overlap = fields.optionalInt("overlap_seconds", 0, (int) Administration.OVERLAP_MAX.toSeconds())
                .orElse(0);
        fields.end();
        NewKey made = administration.rotateKey(caller, old.id(), Duration.ofSeconds(overlap));
        Responses.json(response, HttpServletResponse.SC_CREATED, json(made));
    }

    private static ObjectNode json(NewKey made) {
        return json(made.key()).put("key", made.secret());
    }

    private static String label(ApiKey.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode json(ApiKey key) {
        ObjectNode json = JSON.createObjectNode()
                .put("id", AdminIds.KEY.write(key.id()))
                .put("type", "api_key")
                .put("name", key.name())
                .put("workspace_id", AdminIds.WORKSPACE.write(key.workspaceId()))
                .put("service_account_id", key.ofService() ? AdminIds.SERVICE.write(key.memberId()) : null)
                .put("status", label(key.status()))
                .put("partial_key_hint", key.hint())
                .put("created_at", key.createdAt().toString());
        json.putObject("created_by")
                .put("type", "user")
                .put("id", AdminIds.MEMBER.write(key.createdBy() == null ? key.memberId() : key.createdBy()));
        ArrayNode scopes = json.putArray("scopes");
        key.scopes().stream().map(KeyScope::label).sorted().forEach(scopes::add);
        return json.put("expires_at", text(key.expiresAt())).put("last_used_at", text(key.lastUsedAt()));
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
