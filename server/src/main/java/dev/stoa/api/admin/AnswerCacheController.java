package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Responses;
import dev.stoa.identity.AuditLog;
import dev.stoa.identity.Caller;
import dev.stoa.inference.reuse.AnswerCaches;
import dev.stoa.inference.reuse.AnswerCaches.Cache;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/answer_cache}: whether, and how long, the organization's answers are kept to be given again. */
@Controller
final class AnswerCacheController {
    private static final Duration TTL_DEFAULT = Duration.ofDays(1);
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final AnswerCaches caches;
    private final AuditLog audit;
    private final TransactionTemplate transaction;

    AnswerCacheController(AdminCallers callers, AnswerCaches caches, AuditLog audit, TransactionTemplate transaction) {
        this.callers = callers;
        this.caches = caches;
        this.audit = audit;
        this.transaction = transaction;
    }

    @RequestMapping("/v1/organizations/answer_cache")
    void cache(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            set(caller, callers.read(http));
        }
        tell(caller, response);
    }

    private void set(Caller caller, Fields fields) {
        fields.required("enabled");
        boolean enabled = fields.optionalBoolean("enabled");
        long seconds = fields.optionalLong("ttl_seconds").orElse(TTL_DEFAULT.toSeconds());
        fields.end();
        UUID organization = caller.organizationId();
        change(
                caller,
                "answer_cache.set",
                enabled ? Map.of("enabled", true, "ttl_seconds", seconds) : Map.of("enabled", false),
                () -> {
                    if (enabled) {
                        caches.enable(organization, Duration.ofSeconds(seconds));
                    } else {
                        caches.disable(organization);
                    }
                });
    }

    /** Forgets all answers that are kept. */
    @RequestMapping("/v1/organizations/answer_cache/purge")
    void purge(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "POST");
        if (caches.find(caller.organizationId()).isEmpty()) {
            throw new StoaException(ErrorKind.NOT_FOUND, "This organization keeps no answers.");
        }
        change(caller, "answer_cache.purged", Map.of(), () -> caches.purge(caller.organizationId()));
        tell(caller, response);
    }

    private void change(Caller caller, String action, Map<String, ?> detail, Runnable change) {
        transaction.executeWithoutResult(_ -> {
            change.run();
            audit.record(caller, action, caller.organizationId().toString(), detail);
        });
    }

    private void tell(Caller caller, HttpServletResponse response) throws IOException {
        Optional<Cache> cache = caches.find(caller.organizationId());
        ObjectNode json = JSON.createObjectNode().put("type", "answer_cache").put("enabled", cache.isPresent());
        json.put("ttl_seconds", cache.map(now -> now.ttl().toSeconds()).orElse(null));
        json.put("answers", cache.map(Cache::answers).orElse(0L))
                .put("bytes", cache.map(Cache::bytes).orElse(0L));
        Responses.json(response, HttpServletResponse.SC_OK, json);
    }
}
