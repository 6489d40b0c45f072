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
import dev.stoa.inference.TokenStream;
import dev.stoa.safety.SafetyGate;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import dev.stoa.usage.UsageRecorder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.springframework.context.SmartLifecycle;

/**
 * The stations of a request in their order, and the end of all requests when the server stops: no new ones, those that
 * run may end within the time to drain, the rest are ended with an error that tells the client to come back. Thread-safe.
 */
final class GenerationService implements Generations, SmartLifecycle {
    /** Above the web server's, so that draining comes first and the web server finds nothing to wait for. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE;
    /** By then another server has taken over, or this one is back. */
    private static final Duration STOPPING_RETRY = Duration.ofSeconds(5);

    /** For the surfaces to write the error to their clients. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Admission admission;
    private final Inference inference;
    private final SafetyGate gate;
    private final UsageRecorder recorder;
    private final Limits limits;
    private final Prices prices;
    private final Clock clock;
    private final LongSupplier nanoClock;

    private final Set<SettledStream> running = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition streamEnded = lock.newCondition();
    private volatile boolean started;
    private volatile boolean draining;

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
        try {
            requireOpen();
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
            throw stopping();
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

    private static int outputMax(Model model, GenerationRequest part) {
        int max = model.card().maxOutputTokens();
        return max == 0 ? part.maxTokens() : Math.min(max, part.maxTokens());
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
        SettledStream stream = new SettledStream(guarded, part, limits.requestTime(), () -> forget(self[0]));
        self[0] = stream;
        running.add(stream);
        return stream;
    }

    private void forget(SettledStream stream) {
        running.remove(stream);
        lock.lock();
        try {
            streamEnded.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (draining) {
            throw stopping();
        }
    }

    private static StoaException stopping() {
        return new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.", STOPPING_RETRY, null);
    }

    @Override
    public boolean draining() {
        return draining;
    }

    @Override
    public void start() {
        draining = false;
        started = true;
    }

    @Override
    public void stop() {
        draining = true;
        try {
            if (!awaitEnd(limits.drain())) {
                running.forEach(stream -> stream.abort(stopping()));
                awaitEnd(FAREWELL);
            }
        } catch (InterruptedException _) {
            running.forEach(stream -> stream.abort(stopping()));
            Thread.currentThread().interrupt();
        }
        started = false;
    }

    private boolean awaitEnd(Duration max) throws InterruptedException {
        long left = max.toNanos();
        lock.lock();
        try {
            while (!running.isEmpty() && left > 0) {
                left = streamEnded.awaitNanos(left);
            }
            return running.isEmpty();
        } finally {
            lock.unlock();
        }
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
