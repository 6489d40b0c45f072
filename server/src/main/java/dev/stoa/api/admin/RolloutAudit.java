package dev.stoa.api.admin;

import dev.stoa.identity.AuditLog;
import dev.stoa.inference.routing.Alias;
import dev.stoa.inference.routing.RolloutJournal;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** Records rollouts that ended by themselves, in the audit log and the name of whoever began them. */
@Component
final class RolloutAudit implements RolloutJournal {
    static final String ALIAS_SET = "model_alias.set";
    private static final String ROLLED_BACK = "rollout.rolled_back";

    private final AuditLog audit;

    RolloutAudit(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    public void rolledBack(Alias before, String reason) {
        String canary = Objects.requireNonNull(before.canary()).version();
        audit.recordConsequence(
                ALIAS_SET,
                ROLLED_BACK,
                before.name(),
                Map.of("base", before.version(), "canary", canary, "reason", reason, "automatic", true));
    }
}
