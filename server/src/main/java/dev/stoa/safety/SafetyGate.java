package dev.stoa.safety;

import dev.stoa.identity.Caller;
import dev.stoa.inference.CitedStream;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Refusal;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.StoaException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The only door to a model. What goes in is judged whole before a worker hears of it; what comes out is judged piece by
 * piece before it leaves. A refusal is an answer, not an error: a stream that ends with a refusal. One policy version
 * judges a request from end to end. Thread-safe.
 */
public final class SafetyGate {
    private final Inference inference;
    private final PolicySource policies;
    private final IncidentLog incidents;
    private final MeterRegistry meters;
    private final Clock clock;
    private final int window;

    SafetyGate(
            Inference inference,
            PolicySource policies,
            IncidentLog incidents,
            MeterRegistry meters,
            Clock clock,
            int window) {
        this.inference = inference;
        this.policies = policies;
        this.incidents = incidents;
        this.meters = meters;
        this.clock = clock;
        this.window = window;
    }

    /**
     * Starts a request behind the gate.
     *
     * @throws StoaException as {@link Inference#start}
     */
    public TokenStream start(Caller caller, GenerationRequest request) {
        Policy policy = policies.current();
        // Every role's text: an assistant's turn in a request is the caller's claim, not a model's words.
        Rule rule = judge(
                policy,
                () -> request.prompt()
                        .judged(inference.joinsTurns(request.model()))
                        .iterator());
        count(Incident.Direction.INPUT, rule);
        if (rule != null) {
            Refusal refusal = record(caller, request.id(), Incident.Direction.INPUT, rule, policy);
            return new RefusedStream(inputTokens(request), refusal);
        }
        TokenStream answer = CitedStream.of(request, inference.start(request));
        return new GuardedStream(answer, policy, window, new GuardedStream.Verdicts() {
            @Override
            public void passed() {
                count(Incident.Direction.OUTPUT, null);
            }

            @Override
            public Refusal refused(Rule hit) {
                count(Incident.Direction.OUTPUT, hit);
                return record(caller, request.id(), Incident.Direction.OUTPUT, hit, policy);
            }
        });
    }

    /**
     * Judges texts that are not for a generation, such as those to be embedded.
     *
     * @param requestId for the incident's record
     * @return the refusal, recorded as an incident; null if all pass
     */
    public @Nullable Refusal judge(Caller caller, String requestId, Iterable<String> texts) {
        Policy policy = policies.current();
        Rule rule = judge(policy, texts);
        count(Incident.Direction.INPUT, rule);
        return rule == null ? null : record(caller, requestId, Incident.Direction.INPUT, rule, policy);
    }

    private @Nullable Rule judge(Policy policy, Iterable<String> texts) {
        if (policy.isEmpty()) {
            return null;
        }
        for (String text : texts) {
            Scanner scanner = policy.scanner(window);
            if (scanner.accept(text) instanceof Scanner.Hit hit) {
                return hit.rule();
            }
            if (scanner.end() instanceof Scanner.Hit hit) {
                return hit.rule();
            }
        }
        return null;
    }

    /** For the caller's information only, so a model that can't count now does not turn a refusal into an error. */
    private int inputTokens(GenerationRequest request) {
        try {
            return inference.countTokens(request);
        } catch (StoaException _) {
            return 0;
        }
    }

    private Refusal record(Caller caller, String requestId, Incident.Direction direction, Rule rule, Policy policy) {
        Incident incident = new Incident(
                UUID.randomUUID(),
                clock.instant(),
                requestId,
                caller,
                direction,
                rule.category(),
                rule.line(),
                policy.version());
        incidents.record(incident);
        return new Refusal(rule.category(), incident.id());
    }

    private void count(Incident.Direction direction, @Nullable Rule rule) {
        meters.counter(
                        "stoa_safety_verdicts",
                        "direction",
                        direction.name().toLowerCase(Locale.ROOT),
                        "verdict",
                        rule == null ? "passed" : "refused",
                        "category",
                        rule == null ? "" : rule.category())
                .increment();
    }
}
