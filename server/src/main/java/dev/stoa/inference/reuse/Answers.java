package dev.stoa.inference.reuse;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenStream.Event;
import dev.stoa.inference.TokenStream.Finished;
import dev.stoa.inference.reuse.AnswerStore.Rule;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Where a request's answer comes from: the cache, a run for an identical request, or a run of its own. Of the developer
 * API's requests only: the chat page's runs have logs of their own. Thread-safe.
 */
public final class Answers {
    private static final String CHAT = "chat";
    /** After a failure of the database no request waits for it for so long. */
    private static final Duration REST = Duration.ofSeconds(5);
    /** Answers that end so are the same the next time. */
    private static final Set<StopReason> WHOLE =
            Set.of(StopReason.END_TURN, StopReason.MAX_TOKENS, StopReason.STOP_SEQUENCE, StopReason.TOOL_USE);

    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    private final AnswerStore store;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Map<Slot, Flight> flights = new ConcurrentHashMap<>();
    /** By organization, as scheduling names it. */
    private volatile Map<String, Rule> rules = Map.of();

    private volatile long restUntilMillis;

    /** Runs that are one: of the same urgency, so that none waits behind batches. */
    private record Slot(String organization, AnswerKey key, String priority) {}

    Answers(AnswerStore store, MeterRegistry meters, Clock clock) {
        this.store = store;
        this.meters = meters;
        this.clock = clock;
    }

    /** Takes up who keeps answers, as it lies in the database. */
    void refresh() {
        rules = store.rules().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(each -> each.getKey().toString(), Map.Entry::getValue));
    }

    /**
     * An answer to a request.
     *
     * @param request of a version of a model, by its own name
     * @param revision of that version: another one when it may answer otherwise
     * @param run starts a run
     * @throws dev.stoa.shared.StoaException as {@code run}
     */
    public TokenStream start(
            GenerationRequest request, Supplier<String> revision, Function<GenerationRequest, TokenStream> run) {
        String organization = request.scheduling().tenant();
        Rule rule = rules.get(organization);
        if (rule == null
                || !request.repeatable()
                || !request.begun().isEmpty()
                || request.surface().equals(CHAT)) {
            return run.apply(request);
        }
        AnswerKey key = AnswerKey.of(rule.salt(), request, revision.get());
        Slot slot = new Slot(organization, key, request.scheduling().priority().name());
        TokenStream stream = running(slot, request);
        if (stream == null) {
            stream = kept(UUID.fromString(organization), key, rule, request);
        }
        if (stream == null) {
            stream = fly(slot, request, run);
        }
        meters.counter("stoa_answer_cache", "result", stream.reuse().label()).increment();
        return stream;
    }

    /** What an identical request runs for, or has just come to; null if there is none. */
    private @Nullable TokenStream running(Slot slot, GenerationRequest request) {
        Flight flight = flights.get(slot);
        TokenStream follower = flight == null ? null : flight.join();
        List<Event> answer = flight == null || follower != null ? null : flight.answer();
        return answer == null ? follower : new GivenAnswer(KeptAnswer.again(answer), request.model());
    }

    private @Nullable TokenStream kept(UUID organization, AnswerKey key, Rule rule, GenerationRequest request) {
        if (clock.millis() < restUntilMillis) {
            return null;
        }
        try {
            String answer = store.find(organization, key, rule.ttl());
            return answer == null ? null : new GivenAnswer(KeptAnswer.read(answer), request.model());
        } catch (DataAccessException | TransactionException e) {
            rest(e);
            return null;
        } catch (RuntimeException e) {
            log.error("An answer that was kept can't be read", e);
            return null;
        }
    }

    private void rest(RuntimeException cause) {
        restUntilMillis = clock.millis() + REST.toMillis();
        log.warn("The cache of answers waits for the database: {}", cause.getMessage());
    }

    /** Begins a run, unless somebody has meanwhile. */
    private TokenStream fly(Slot slot, GenerationRequest request, Function<GenerationRequest, TokenStream> run) {
        Flight mine = new Flight();
        TokenStream self = mine.join();
        if (self == null) {
            throw new IllegalStateException("a flight that has not begun can be joined");
        }
        while (true) {
            Flight other = flights.putIfAbsent(slot, mine);
            if (other == null) {
                break;
            }
            TokenStream joined = running(slot, request);
            if (joined != null) {
                return joined;
            }
            // It is over, and not yet out of the way.
            flights.remove(slot, other);
        }
        TokenStream source;
        try {
            source = run.apply(request);
        } catch (RuntimeException | Error e) {
            mine.failed(e);
            flights.remove(slot, mine);
            throw e;
        }
        mine.begins(source);
        Thread.ofVirtual().name("stoa-flight").start(() -> carry(slot, mine, source, request));
        return self;
    }

    private void carry(Slot slot, Flight flight, TokenStream source, GenerationRequest request) {
        try {
            // Kept before it is out of the way, so that whoever comes next finds it in one place or the other.
            if (flight.carry(source) && source.model().equals(request.model())) {
                keep(slot, flight.answer());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            flights.remove(slot, flight);
        }
    }

    private void keep(Slot slot, @Nullable List<Event> answer) {
        if (answer == null
                || !(answer.getLast() instanceof Finished end)
                || !WHOLE.contains(end.reason())
                || clock.millis() < restUntilMillis) {
            return;
        }
        try {
            store.keep(UUID.fromString(slot.organization()), slot.key(), KeptAnswer.write(answer));
        } catch (DataAccessException | TransactionException e) {
            rest(e);
        } catch (RuntimeException e) {
            log.error("An answer can't be kept", e);
        }
    }
}
