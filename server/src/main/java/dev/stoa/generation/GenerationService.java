package dev.stoa.generation;

import dev.stoa.admission.Admission;
import dev.stoa.admission.Permit;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Scheduling;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Affinity;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Prices;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.TokenStream;
import dev.stoa.safety.SafetyGate;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import dev.stoa.usage.UsageRecorder;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.springframework.context.SmartLifecycle;

/**
 * The stations of a request in their order, and the end of all requests when the server stops: no new ones, those that
 * run may end within the time to drain, the rest are ended with an error that tells the client to come back. Thread-safe.
 */
final class GenerationService implements Generations, SmartLifecycle {
    /** Above the web server's, so that draining comes first and the web server finds nothing to wait for. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE;

    private final Admission admission;
    private final Inference inference;
    private final SafetyGate gate;
    private final UsageRecorder recorder;
    private final Limits limits;
    private final Prices prices;
    private final Clock clock;
    private final LongSupplier nanoClock;

    private final RunningStreams running = new RunningStreams();
    private volatile boolean started;

    GenerationService(
            Admission admission,
            Inference inference,
            SafetyGate gate,
            UsageRecorder recorder,
            Limits limits,
            Prices prices,
            Clock clock,
            LongSupplier nanoClock) {
        this.admission = admission;
        this.inference = inference;
        this.gate = gate;
        this.recorder = recorder;
        this.limits = limits;
        this.prices = prices;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    @Override
    public List<TokenStream> startAll(Caller caller, List<GenerationRequest> parts) {
        GenerationRequest first = parts.getFirst();
        Settlement settlement = new Settlement(caller, parts, recorder, this::pricesOf, clock.instant(), nanoClock);
        List<SettledStream> streams = new ArrayList<>(parts.size());
        try (RunningStreams.Beginning _ = running.begin()) {
            Permit permit = admission.enter(caller);
            settlement.holds(permit);
            Model model = inference.choose(first.model(), affinityOf(caller));
            settlement.named(model.id());
            List<GenerationRequest> chosen = parts.stream()
                    .map(part -> part.withModel(model.id()).withMaxTokens(outputMax(model, part)))
                    .toList();
            reserve(permit, model, chosen);
            for (GenerationRequest part : chosen) {
                TokenStream guarded = gate.start(caller, part.withScheduling(shareOf(caller, part)));
                streams.add(register(guarded, settlement.part(streams.size())));
            }
            recorder.begin(settlement);
            return List.copyOf(streams);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            giveUp(streams, settlement, Outcome.REJECTED_OVERLOADED);
            throw RunningStreams.stopping();
        } catch (StoaException e) {
            giveUp(streams, settlement, Outcome.of(e.kind()));
            throw e;
        } catch (RuntimeException | Error e) {
            // Whatever broke, the request settles and gives its place back; the fault goes on as it is.
            giveUp(streams, settlement, Outcome.FAILED);
            throw e;
        }
    }

    /** Reserves what the parts may use at most: exact for prompts, for answers bounded by what the context leaves. */
    private void reserve(Permit permit, Model model, List<GenerationRequest> parts) throws InterruptedException {
        boolean[] countsPrompt = GenerationRequest.countsPrompt(parts);
        long input = 0;
        long output = 0;
        long room = 0;
        for (int i = 0; i < countsPrompt.length; i++) {
            if (countsPrompt[i]) {
                int prompt = inference.countTokens(parts.get(i));
                input += prompt;
                room = Math.max(1, (long) model.contextLength() - prompt);
            }
            output += Math.min(parts.get(i).maxTokens(), room);
        }
        permit.reserve(model.id(), input, output, costMax(model, input, output));
    }

    /** The most that it may cost, whichever model answers in the end. */
    private long costMax(Model model, long input, long output) {
        long cost = pricesOf(model.id()).costMax(input, output);
        for (String fallback : model.card().fallbacks()) {
            cost = Math.max(cost, pricesOf(fallback).costMax(input, output));
        }
        return cost;
    }

    private Prices pricesOf(String model) {
        Prices own = inference.prices(model);
        return own == null ? prices : own;
    }

    /** What passes as it stands is bounded by its own words alone. */
    private static int outputMax(Model model, GenerationRequest part) {
        int max = model.card().maxOutputTokens();
        return max == 0 || part.prompt() instanceof Prompt.Original
                ? part.maxTokens()
                : Math.min(max, part.maxTokens());
    }

    private static Affinity affinityOf(Caller caller) {
        return new Affinity(caller.credentialId().toString(), caller.memberId().toString());
    }

    /** Organizations share the engine evenly, and nothing that one could learn of another's prompts. */
    private Scheduling shareOf(Caller caller, GenerationRequest part) {
        Scheduling asked = part.scheduling();
        boolean behind = asked.priority() == Priority.INTERACTIVE && !limits.priorityTier();
        return (behind ? asked.withPriority(Priority.STANDARD) : asked)
                .withTenant(caller.organizationId().toString())
                .withTimeLimit(limits.requestTime());
    }

    private static void giveUp(List<SettledStream> begun, Settlement settlement, Outcome outcome) {
        begun.forEach(SettledStream::drop);
        settlement.settleRest(begun.size(), outcome);
    }

    private SettledStream register(TokenStream guarded, Settlement.Part part) {
        SettledStream[] self = new SettledStream[1];
        SettledStream stream = new SettledStream(guarded, part, limits.requestTime(), () -> running.remove(self[0]));
        self[0] = stream;
        running.add(stream);
        return stream;
    }

    @Override
    public boolean draining() {
        return running.draining();
    }

    @Override
    public void start() {
        running.open();
        started = true;
    }

    @Override
    public void stop() {
        running.drain(limits.drain());
        started = false;
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
