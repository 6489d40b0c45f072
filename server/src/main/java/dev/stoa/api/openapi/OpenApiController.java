package dev.stoa.api.openapi;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /openapi}: which documents there are; {@code GET /openapi/{name}}: one of them, whole, with nothing to fetch
 * from elsewhere. Open to all: what they tell is in the source.
 */
@RestController
final class OpenApiController {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SUFFIX = ".json";

    private final Map<Surface, byte[]> documents = new ConcurrentHashMap<>();

    /** What there is to read. */
    record Index(List<Entry> documents) {}

    /** A document. */
    record Entry(String name, String title, String path) {}

    @GetMapping("/openapi")
    Index index() {
        return new Index(Arrays.stream(Surface.values())
                .map(each -> new Entry(each.label(), each.title(), "/openapi/" + each.label() + SUFFIX))
                .toList());
    }

    /** Put together when first asked for, so that no start waits for it. */
    @GetMapping("/openapi/{name}.json")
    ResponseEntity<byte[]> document(@PathVariable String name) {
        return Surface.of(name)
                .map(surface ->
                        documents.computeIfAbsent(surface, each -> JSON.writeValueAsBytes(Documents.read(each))))
                .map(bytes -> ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(bytes))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }
}
