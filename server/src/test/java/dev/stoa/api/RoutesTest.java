package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.openapi.Documents;
import dev.stoa.api.openapi.Surface;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** The documents name exactly the routes that the server registers, each with exactly its methods. */
class RoutesTest {
    /** No route takes it; those that check methods themselves then say which they take. */
    private static final String NO_METHOD = "PROBE";

    /** What serves the page, and what answers for paths that aren't there. */
    private static final Set<String> NO_ROUTES = Set.of("/", "/signin", "/c/**", "/api/**", "/v1", "/v1/**");

    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Surface.class)
    void documentsAndRoutesAreTheSame(Surface surface) throws IOException, InterruptedException {
        String folder = "server/src/main/resources/openapi/" + surface.label() + "/";
        Set<String> registered = registered(surface);
        Set<String> documented = documented(surface);
        assertThat(documented)
                .as("routes of %s without a document: describe each under “paths” in a file of %s", surface, folder)
                .containsAll(registered);
        assertThat(registered)
                .as("%s documents what no controller registers: take it out of %s", surface, folder)
                .containsAll(documented);
    }

    private static Set<String> documented(Surface surface) {
        Set<String> routes = new TreeSet<>();
        Documents.read(surface)
                .get("paths")
                .forEachEntry((path, item) -> item.propertyNames().stream()
                        .map(name -> name.toUpperCase(Locale.ROOT))
                        .filter(name -> Arrays.stream(RequestMethod.values())
                                .anyMatch(method -> method.name().equals(name)))
                        .forEach(method -> routes.add(method + " " + path)));
        return routes;
    }

    private static Set<String> registered(Surface surface) throws IOException, InterruptedException {
        Set<String> routes = new TreeSet<>();
        for (var route : server.part("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .entrySet()) {
            if (surfaceOf(route.getValue()).filter(surface::equals).isPresent()) {
                for (String path : route.getKey().getPatternValues()) {
                    if (!NO_ROUTES.contains(path)) {
                        methods(route.getKey(), path).forEach(method -> routes.add(method + " " + path));
                    }
                }
            }
        }
        return routes;
    }

    private static Optional<Surface> surfaceOf(HandlerMethod handler) {
        String name = handler.getBeanType().getPackageName();
        if (!name.startsWith("dev.stoa.")) {
            return Optional.empty();
        }
        String label = name.substring(name.lastIndexOf('.') + 1);
        if (label.equals("openapi") || label.equals("websocket")) {
            return Optional.of(Surface.OPERATIONS);
        }
        Optional<Surface> surface = Surface.of(label);
        assertThat(surface)
                .as("%s has routes of a surface without a document: add it to Surface", name)
                .isPresent();
        return surface;
    }

    private static Set<String> methods(RequestMappingInfo route, String path) throws IOException, InterruptedException {
        Set<String> methods = new TreeSet<>();
        route.getMethodsCondition().getMethods().forEach(method -> methods.add(method.name()));
        if (methods.isEmpty()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path.replaceAll("\\{\\w+}", "x")))
                    .method(NO_METHOD, HttpRequest.BodyPublishers.noBody());
            route.getHeadersCondition().getExpressions().stream()
                    .filter(header -> !header.isNegated())
                    .forEach(header -> request.header(header.getName(), "2023-06-01"));
            HttpResponse<String> answer = server.send(request);
            assertThat(answer.statusCode())
                    .as("%s of another method: a route must name its methods, by its mapping or an Allow header", path)
                    .isEqualTo(405);
            methods.addAll(
                    Set.of(answer.headers().firstValue("allow").orElseThrow().split(", ")));
        }
        return methods;
    }

    /** References within a document lead somewhere, and none leads out of it. */
    @ParameterizedTest
    @EnumSource(Surface.class)
    void referencesHold(Surface surface) {
        JsonNode document = Documents.read(surface);
        assertThat(document.findValuesAsString("$ref")).isNotEmpty().allSatisfy(reference -> {
            assertThat(reference).startsWith("#/");
            assertThat(document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        });
        List<String> operations = document.get("paths")
                .valueStream()
                .flatMap(JsonNode::valueStream)
                .map(operation -> operation.path("operationId").asString(""))
                .filter(name -> !name.isEmpty())
                .toList();
        assertThat(operations).doesNotHaveDuplicates();
        assertThat(operations).as("links lead to operations").containsAll(document.findValuesAsString("operationId"));
    }

    @ParameterizedTest
    @EnumSource(Surface.class)
    void documentsAreServedWithoutAKey(Surface surface) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                server.send(HttpRequest.newBuilder(server.uri("/openapi/" + surface.label() + ".json")));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(ApiServer.json(answer)).isEqualTo(Documents.read(surface));
        assertThat(server.send(HttpRequest.newBuilder(server.uri("/openapi"))).body())
                .contains("\"/openapi/" + surface.label() + ".json\"");
    }
}
