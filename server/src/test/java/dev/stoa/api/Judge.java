package dev.stoa.api;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.stoa.api.openapi.Documents;
import dev.stoa.api.openapi.Surface;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Judges what a server answers by the documents: the status, the headers, the media type, the body, each event of a
 * stream; and a body that it took by the schema of what it takes. Stricter than the documents in that an object of an
 * answer may hold only what they name. Paths that no document knows are not its matter. Thread-safe.
 */
public final class Judge {
    private static final Judge OWN = new Judge(Documents::read);
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final SchemaValidatorsConfig STRICT =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
    private static final Set<String> BARE_METHODS = Set.of("HEAD", "OPTIONS", "TRACE");

    /** As they are, which is what requests are held to. */
    private final Map<Surface, JsonNode> open = new ConcurrentHashMap<>();

    private final Map<Surface, JsonNode> closed = new ConcurrentHashMap<>();
    private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();

    /** @param source where documents come from */
    public Judge(Function<Surface, ? extends JsonNode> source) {
        for (Surface surface : Surface.values()) {
            JsonNode document = source.apply(surface);
            JsonNode strict = document.deepCopy();
            close(strict);
            open.put(surface, document);
            closed.put(surface, strict);
        }
    }

    /** By the documents of this build. */
    public static Judge own() {
        return OWN;
    }

    /** A path of a document that an address fits. */
    private record Found(Surface surface, String path, JsonNode item) {}

    /** @throws AssertionError that says what is not as documented, and where to mend it */
    public void judge(HttpRequest request, @Nullable String sent, HttpResponse<String> answer) {
        Found found = find(request).orElse(null);
        if (found == null || BARE_METHODS.contains(request.method())) {
            return;
        }
        JsonNode operation = found.item().get(request.method().toLowerCase(Locale.ROOT));
        String where = found.surface().label() + ": " + request.method() + " " + found.path();
        if (operation == null) {
            require(answer.statusCode() == 405, where, "is in no document and answers " + answer.statusCode());
            return;
        }
        String status = Integer.toString(answer.statusCode());
        JsonNode response = resolve(found.surface(), operation.path("responses").path(status));
        require(!response.isMissingNode(), where, "answers the status " + status + " with " + answer.body());
        headers(found.surface(), where + " " + status, response, answer);
        body(found.surface(), where + " " + status, response.path("content"), answer);
        if (sent != null && answer.statusCode() < 300) {
            request(found, request.method().toLowerCase(Locale.ROOT), where + " request", sent);
        }
    }

    private void request(Found found, String method, String where, String sent) {
        JsonNode document = Objects.requireNonNull(open.get(found.surface()));
        JsonNode schema = document.path("paths")
                .path(found.path())
                .path(method)
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
        if (!schema.isMissingNode()) {
            validate(document, where, schema, sent);
        }
    }

    private Optional<Found> find(HttpRequest request) {
        String path = request.uri().getRawPath();
        boolean anthropic = request.headers().firstValue("anthropic-version").isPresent();
        List<Surface> surfaces = Arrays.stream(Surface.values())
                .sorted(Comparator.comparing(surface -> surface == (anthropic ? Surface.OPENAI : Surface.ANTHROPIC)))
                .toList();
        return surfaces.stream()
                .flatMap(surface -> document(surface)
                        .get("paths")
                        .propertyStream()
                        .filter(item -> fits(item.getKey(), path))
                        .map(item -> new Found(surface, item.getKey(), item.getValue())))
                .min(Comparator.comparing((Found found) ->
                                found.path().chars().filter(each -> each == '{').count())
                        .thenComparing(found -> surfaces.indexOf(found.surface())));
    }

    private JsonNode document(Surface surface) {
        return Objects.requireNonNull(closed.get(surface));
    }

    private static boolean fits(String template, String path) {
        return Pattern.matches("\\Q" + template.replaceAll("\\{[^}]+}", "\\\\E[^/]+\\\\Q") + "\\E", path);
    }

    private JsonNode resolve(Surface surface, JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : document(surface).at(reference.substring(1));
    }

    private void headers(Surface surface, String where, JsonNode response, HttpResponse<String> answer) {
        response.path("headers").forEachEntry((name, reference) -> {
            JsonNode schema = resolve(surface, reference).path("schema");
            answer.headers()
                    .allValues(name)
                    .forEach(value -> validate(
                            document(surface),
                            where + " header " + name,
                            schema,
                            JSON.getNodeFactory().stringNode(value).toString()));
        });
        require(answer.headers().firstValue("request-id").isPresent(), where, "has no request-id");
        if (answer.statusCode() < 300) {
            answer.headers().map().keySet().stream()
                    .filter(name -> Stream.of("anthropic-", "openai-", "x-ratelimit-", "retry-")
                            .anyMatch(name::startsWith))
                    .forEach(name -> require(response.path("headers").has(name), where, "has the header " + name));
        }
    }

    private void body(Surface surface, String where, JsonNode content, HttpResponse<String> answer) {
        if (content.isMissingNode() || content.isEmpty()) {
            require(answer.body().isEmpty(), where, "has a body: " + answer.body());
            return;
        }
        String type = answer.headers()
                .firstValue("content-type")
                .orElse("none")
                .replaceAll(";.*", "")
                .strip();
        JsonNode media = content.has(type) ? content.get(type) : content.path("*/*");
        require(!media.isMissingNode(), where, "has the media type " + type);
        if (type.equals("text/event-stream")) {
            answer.body()
                    .lines()
                    .filter(line -> line.startsWith("data: ") && !line.equals("data: [DONE]"))
                    .forEach(line -> validate(
                            document(surface), where + " event", media.get("x-event-data"), line.substring(6)));
        } else if (type.equals("application/json") && media.has("schema")) {
            validate(document(surface), where + " body", media.get("schema"), answer.body());
        }
    }

    private void validate(JsonNode document, String where, JsonNode schema, String json) {
        JsonSchema compiled = schemas.computeIfAbsent(where, _ -> {
            ObjectNode whole = JSON.createObjectNode();
            whole.putArray("allOf").add(schema);
            whole.set("components", document.get("components"));
            return SCHEMAS.getSchema(whole.toString(), STRICT);
        });
        Set<ValidationMessage> faults = compiled.validate(json, InputFormat.JSON);
        require(faults.isEmpty(), where, "is not as documented: " + faults + " in " + json);
    }

    private static void require(boolean holds, String where, String problem) {
        if (!holds) {
            throw new AssertionError(where + " " + problem
                    + "\nMend the server, or the document under server/src/main/resources/openapi.");
        }
    }

    /** An object of an answer may hold only what the document names; it is open there for the sake of clients. */
    private static void close(JsonNode node) {
        node.forEach(Judge::close);
        if (node instanceof ObjectNode schema
                && schema.get("properties") instanceof ObjectNode
                && schema.has("type")
                && !schema.has("additionalProperties")) {
            schema.put("additionalProperties", false);
        }
    }
}
