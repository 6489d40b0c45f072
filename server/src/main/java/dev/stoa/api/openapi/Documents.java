package dev.stoa.api.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Puts a surface's document together from its parts; see the package. Thread-safe. */
public final class Documents {
    private static final String ROOT = "classpath*:openapi/";
    private static final String VERSION = "3.1.0";
    private static final String SHORT_FORM = "x-";
    private static final String ERRORS = "x-errors";
    /** Errors and parameters that every POST of a surface has beside its own. */
    private static final String POSTS = "x-posts";

    private static final String PARAMETERS = "parameters";
    private static final List<String> METHODS =
            List.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
    private static final List<String> EVERYWHERE = List.of("request-id", "x-request-id");
    private static final JsonMapper JSON = new JsonMapper();

    private Documents() {}

    /** @throws IllegalStateException if two parts say the same thing, or one is no YAML */
    public static ObjectNode read(Surface surface) {
        ObjectNode document = JSON.createObjectNode().put("openapi", VERSION);
        ObjectNode defaults = JSON.createObjectNode();
        for (ObjectNode part : parts(surface)) {
            for (String common : List.of(ERRORS, POSTS)) {
                if (part.has(common)) {
                    defaults.set(common, part.get(common));
                }
            }
            List<String> shortForms = part.propertyNames().stream()
                    .filter(name -> name.startsWith(SHORT_FORM))
                    .toList();
            part.remove(shortForms);
            add(document, part);
        }
        expand(document, defaults);
        return document;
    }

    private static List<ObjectNode> parts(Surface surface) {
        PathMatchingResourcePatternResolver resources = new PathMatchingResourcePatternResolver();
        try {
            List<Resource> files = new ArrayList<>(List.of(resources.getResources(ROOT + surface.label() + "/*.yaml")));
            files.sort(Comparator.comparing(file -> String.valueOf(file.getFilename())));
            for (String shared : surface.shared()) {
                files.addAll(List.of(resources.getResources(ROOT + shared)));
            }
            return files.stream().map(Documents::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode parse(Resource file) {
        try (InputStream in = file.getInputStream()) {
            Object yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return JSON.convertValue(yaml, ObjectNode.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw new IllegalStateException("the part " + file.getFilename() + " can't be read", e);
        }
    }

    /** Paths and components come from several parts; all else comes from one. */
    private static void add(ObjectNode document, ObjectNode part) {
        part.forEachEntry((name, value) -> {
            switch (name) {
                case "paths" -> union(document.withObjectProperty(name), value);
                case "components" ->
                    value.forEachEntry((section, named) ->
                            union(document.withObjectProperty(name).withObjectProperty(section), named));
                default -> union(document, JSON.createObjectNode().set(name, value));
            }
        });
    }

    private static void union(ObjectNode into, JsonNode more) {
        more.forEachEntry((name, value) -> {
            if (into.has(name)) {
                throw new IllegalStateException("two parts say what " + name + " is");
            }
            into.set(name, value);
        });
    }

    private static void expand(ObjectNode document, ObjectNode defaults) {
        for (Map.Entry<String, JsonNode> path :
                document.withObjectProperty("paths").properties()) {
            for (String method : METHODS) {
                if (path.getValue().get(method) instanceof ObjectNode operation) {
                    JsonNode posts = method.equals("post") ? defaults.path(POSTS) : JSON.createObjectNode();
                    addErrors(operation, defaults, posts.path(ERRORS));
                    posts.path(PARAMETERS)
                            .forEach(parameter ->
                                    operation.withArrayProperty(PARAMETERS).add(parameter));
                    operation.withObjectProperty("responses").forEach(Documents::addHeaders);
                }
            }
        }
        document.withObjectProperty("components")
                .withObjectProperty("responses")
                .forEach(Documents::addHeaders);
    }

    /** An operation's own statuses are added to those of the surface, unless it has {@code x-errors-only}. */
    private static void addErrors(ObjectNode operation, ObjectNode defaults, JsonNode more) {
        ObjectNode responses = operation.withObjectProperty("responses");
        List<JsonNode> statuses = new ArrayList<>();
        JsonNode own = operation.remove(ERRORS);
        if (own != null) {
            own.forEach(statuses::add);
        }
        more.forEach(statuses::add);
        if (operation.remove("x-errors-only") == null && defaults.get(ERRORS) instanceof JsonNode common) {
            common.forEach(statuses::add);
        }
        statuses.stream()
                .map(JsonNode::asString)
                .sorted()
                .distinct()
                .forEach(status ->
                        responses.withObjectProperty(status).put("$ref", "#/components/responses/E" + status));
    }

    private static void addHeaders(JsonNode response) {
        if (response instanceof ObjectNode object && !object.has("$ref")) {
            ObjectNode headers = object.withObjectProperty("headers");
            for (String name : EVERYWHERE) {
                headers.withObjectProperty(name).put("$ref", "#/components/headers/" + name);
            }
        }
    }
}
