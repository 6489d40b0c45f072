package dev.stoa.api.operations;

import dev.stoa.admission.Admission;
import dev.stoa.generation.Generations;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import dev.stoa.inference.ModelStatus;
import dev.stoa.shared.Limits;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /health/live}: the process answers, so don't kill it. {@code GET /health/ready}: send it requests, or 503
 * with the reason. Open to all; says nothing that a stranger may not know.
 */
@RestController
final class HealthController {

    /** Alive. */
    record Live(String status) {}

    /**
     * Ready or not.
     *
     * @param status {@code ready}, {@code draining}, {@code database_down}, {@code limit_store_down} (where requests are
     *     refused then), {@code engine_stalled}, or the model's phase {@code downloading}, {@code loading}, {@code failed}
     */
    record Ready(String status, String reason, @Nullable Progress progress) {}

    /** How far a download is. */
    record Progress(String model, long doneBytes, long totalBytes) {}

    private final Inference inference;
    private final Generations generations;
    private final Limits limits;
    private final Admission admission;
    private final DatabaseProbe database;

    HealthController(
            Inference inference, Generations generations, Limits limits, Admission admission, DataSource database) {
        this.admission = admission;
        this.inference = inference;
        this.generations = generations;
        this.limits = limits;
        this.database = new DatabaseProbe(database);
    }

    @GetMapping("/health/live")
    Live live() {
        return new Live("live");
    }

    @GetMapping("/health/ready")
    ResponseEntity<Ready> ready() {
        Ready ready = judge();
        boolean takes = ready.status().equals("ready");
        return ResponseEntity.status(takes ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(ready);
    }

    private Ready judge() {
        if (generations.draining()) {
            return new Ready("draining", "The server is shutting down.", null);
        }
        ModelStatus model = inference.status();
        boolean withoutIt = model.phase() == ModelStatus.Phase.FAILED && anotherAnswers();
        if (model.phase() != ModelStatus.Phase.READY && !withoutIt) {
            return new Ready(
                    model.phase().name().toLowerCase(Locale.ROOT),
                    model.sentence(),
                    new Progress(model.model(), model.doneBytes(), model.totalBytes()));
        }
        if (!inference.healthy(limits.engineStall())) {
            return new Ready("engine_stalled", "Requests wait and the engine makes no step.", null);
        }
        if (!database.answers()) {
            return new Ready("database_down", "The database does not answer.", null);
        }
        String reason = (withoutIt ? "Other models answer. " : "") + model.sentence();
        if (!admission.isShared()) {
            return admission.isOpenAlone()
                    ? new Ready("ready", reason + " Limits are counted by this server alone for now.", null)
                    : new Ready("limit_store_down", "What counts limits does not answer.", null);
        }
        return new Ready("ready", reason, null);
    }

    /** Whether something is served although this server's own model can't be: a model elsewhere, or a mock. */
    private boolean anotherAnswers() {
        return inference.models().stream().anyMatch(Model::ready);
    }
}
