package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Responses;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import dev.stoa.identity.People;
import dev.stoa.inference.routing.Alias;
import dev.stoa.inference.routing.Catalogues;
import dev.stoa.inference.routing.ModelVersion;
import dev.stoa.inference.routing.UpstreamServer;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/models}, {@code model_aliases} and {@code upstreams}: the catalogue of the whole server, so
 * for operators only. A POST puts what it says in place of all that was said under the name.
 */
@Controller
final class CatalogueController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final People people;
    private final Catalogues catalogues;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;

    CatalogueController(
            AdminCallers callers,
            People people,
            Catalogues catalogues,
            AuditLog audit,
            TransactionTemplate transaction,
            Clock clock) {
        this.callers = callers;
        this.people = people;
        this.catalogues = catalogues;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
    }

    @RequestMapping("/v1/organizations/models")
    void models(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "POST");
        if (http.getMethod().equals("GET")) {
            list(http, response, catalogues.versions(), ModelVersion::id, this::json);
            return;
        }
        ModelVersion version = CatalogueDecoder.version(callers.read(http));
        change(caller, "model.set", version.id(), json(version), () -> catalogues.put(version));
        Responses.json(response, HttpServletResponse.SC_OK, json(version));
    }

    @RequestMapping("/v1/organizations/models/{id}")
    void model(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        one(
                id,
                http,
                response,
                catalogues.versions(),
                ModelVersion::id,
                this::json,
                "model",
                catalogues::deleteVersion);
    }

    private ObjectNode json(ModelVersion version) {
        return CatalogueJson.of(version, clock.instant());
    }

    @RequestMapping("/v1/organizations/model_aliases")
    void aliases(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "POST");
        if (http.getMethod().equals("GET")) {
            list(http, response, catalogues.aliases(), Alias::name, CatalogueJson::of);
            return;
        }
        Alias alias = CatalogueDecoder.alias(callers.read(http));
        change(caller, RolloutAudit.ALIAS_SET, alias.name(), CatalogueJson.of(alias), () -> catalogues.put(alias));
        Responses.json(response, HttpServletResponse.SC_OK, CatalogueJson.of(alias));
    }

    @RequestMapping("/v1/organizations/model_aliases/{name}")
    void alias(@PathVariable("name") String name, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        one(
                name,
                http,
                response,
                catalogues.aliases(),
                Alias::name,
                CatalogueJson::of,
                "model_alias",
                catalogues::deleteAlias);
    }

    @RequestMapping("/v1/organizations/upstreams")
    void upstreams(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = begin(http, response, "GET", "POST");
        if (http.getMethod().equals("GET")) {
            Set<String> withKey = catalogues.upstreamsWithKey();
            list(
                    http,
                    response,
                    catalogues.upstreams(),
                    UpstreamServer::name,
                    server -> CatalogueJson.of(server, withKey.contains(server.name())));
            return;
        }
        Fields fields = callers.read(http);
        UpstreamServer server = CatalogueDecoder.upstream(fields);
        String key = fields.optionalString("key");
        fields.end();
        // The record tells that a key was set, and never the key.
        ObjectNode told = CatalogueJson.of(server, false).put("has_key", key == null ? "as before" : "set");
        change(caller, "upstream.set", server.name(), told, () -> catalogues.put(server, key));
        Responses.json(response, HttpServletResponse.SC_OK, json(server));
    }

    @RequestMapping("/v1/organizations/upstreams/{name}")
    void upstream(@PathVariable("name") String name, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        one(
                name,
                http,
                response,
                catalogues.upstreams(),
                UpstreamServer::name,
                this::json,
                "upstream",
                catalogues::deleteUpstream);
    }

    private ObjectNode json(UpstreamServer server) {
        return CatalogueJson.of(server, catalogues.upstreamsWithKey().contains(server.name()));
    }

    private Caller begin(HttpServletRequest http, HttpServletResponse response, String... methods) {
        Caller caller = callers.begin(http, response, methods);
        people.requireOperator(caller);
        return caller;
    }

    private void change(Caller caller, String action, String subject, ObjectNode detail, Runnable change) {
        transaction.executeWithoutResult(_ -> {
            change.run();
            audit.record(caller, action, subject, JSON.convertValue(detail, Map.class));
        });
    }

    private static <T> void list(
            HttpServletRequest http,
            HttpServletResponse response,
            List<T> all,
            Function<T, @Nullable String> id,
            Function<T, ObjectNode> json)
            throws IOException {
        Responses.json(response, HttpServletResponse.SC_OK, Pages.of(http, all, id, json));
    }

    private interface Deletion {
        void of(String name);
    }

    private <T> void one(
            String name,
            HttpServletRequest http,
            HttpServletResponse response,
            List<T> all,
            Function<T, String> id,
            Function<T, ObjectNode> json,
            String type,
            Deletion deletion)
            throws IOException {
        Caller caller = begin(http, response, "GET", "DELETE");
        if (http.getMethod().equals("GET")) {
            T found = all.stream()
                    .filter(each -> id.apply(each).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "“" + name + "” names nothing here."));
            Responses.json(response, HttpServletResponse.SC_OK, json.apply(found));
            return;
        }
        change(caller, type + ".deleted", name, JSON.createObjectNode(), () -> deletion.of(name));
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                JSON.createObjectNode().put("id", name).put("type", type + "_deleted"));
    }
}
