package dev.stoa.inference.routing;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Model;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenStream.Event;
import dev.stoa.inference.TokenUsage;
import dev.stoa.inference.Worker;
import dev.stoa.inference.upstream.FaultsForTests;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Places that do what the test says, on a clock that moves when somebody waits. One thread. */
final class Simulation {
    static final RoutingSettings SETTINGS = settings(20);

    private final SplittableRandom random;
    private final RetryBudget budget = new RetryBudget(SETTINGS.retryBudget(), SETTINGS.retryReserve());
    private final Map<Place, Target> targets = new HashMap<>();
    private final List<String> results = new ArrayList<>();
    private long nanos = 1_000_000_000L;
    private long waited;

    Simulation(long seed) {
        this.random = new SplittableRandom(seed);
    }

    static RoutingSettings settings(int window) {
        return new RoutingSettings(
                3,
                0.2,
                10,
                Duration.ofMillis(100),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                window,
                5,
                50,
                Duration.ofSeconds(15),
                2,
                8);
    }

    private final class TestClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
        }
    }

    Place place(String name) {
        return new Place(name);
    }

    Target target(Place place) {
        return targets.computeIfAbsent(
                place,
                _ -> new Target(place.name(), place, place.name(), 1, SETTINGS, new TestClock(), (_, _, _) -> {}));
    }

    Attempts.Step step(String version, Place... places) {
        return new Attempts.Step(
                version, Arrays.stream(places).map(this::target).toList());
    }

    RoutedStream stream(GenerationRequest request, List<Attempts.Step> steps) {
        return new RoutedStream(
                request,
                new Attempts(steps, budget, SETTINGS, random),
                (attempt, result, _) -> results.add(attempt.target().name() + " " + result),
                SETTINGS.hold(),
                () -> nanos);
    }

    /** How each attempt ended, in that order. */
    List<String> results() {
        return results;
    }

    /** How long the reader waited for nothing but a next attempt. */
    Duration waited() {
        return Duration.ofNanos(waited);
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    boolean chance(int of) {
        return random.nextInt(of) == 0;
    }

    List<Event> read(RoutedStream stream) throws InterruptedException {
        List<Event> events = new ArrayList<>();
        readInto(stream, events);
        return events;
    }

    void readInto(RoutedStream stream, List<Event> events) throws InterruptedException {
        try (stream) {
            while (events.isEmpty() || !(events.getLast() instanceof TokenStream.Finished)) {
                long before = nanos;
                Event event = stream.next(Duration.ZERO);
                if (event != null) {
                    events.add(event);
                } else if (nanos == before) {
                    waited += Duration.ofMillis(1).toNanos();
                    nanos += Duration.ofMillis(1).toNanos();
                }
            }
        }
    }

    /** One of all that a place can do. */
    void anything(Place place) {
        place.clear();
        for (int i = 0; i < SETTINGS.attempts(); i++) {
            ErrorKind kind = List.of(
                            ErrorKind.OVERLOADED, ErrorKind.INTERNAL, ErrorKind.TIMEOUT, ErrorKind.INVALID_REQUEST)
                    .get(random.nextInt(4));
            switch (random.nextInt(6)) {
                case 0 -> place.refuses(kind);
                case 1 -> place.refusesFor(Duration.ofSeconds(1 + random.nextInt(90)));
                case 2 -> place.startsThenFails(kind);
                case 3 -> place.speaksThenFails("so", kind);
                case 4 -> place.startsThenIsSilentFor(Duration.ofSeconds(random.nextInt(30)), kind);
                default -> place.answers("well");
            }
        }
    }

    /** What one call meets: a refusal at once, or a stream of events and waits. */
    private record Script(@Nullable StoaException refusal, List<Object> steps) {}

    /** A deployment elsewhere; each call takes the next script. */
    final class Place implements Worker {
        private final String name;
        private final ArrayDeque<Script> scripts = new ArrayDeque<>();
        private int calls;

        private Place(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        int calls() {
            return calls;
        }

        Place clear() {
            scripts.clear();
            return this;
        }

        private StoaException error(ErrorKind kind) {
            return new StoaException(kind, name + " fails");
        }

        private Place script(Object... steps) {
            scripts.add(new Script(null, List.of(steps)));
            return this;
        }

        Place refuses(ErrorKind kind) {
            scripts.add(new Script(error(kind), List.of()));
            return this;
        }

        Place refusesFor(Duration time) {
            scripts.add(new Script(FaultsForTests.busyFor(time), List.of()));
            return this;
        }

        Place startsThenFails(ErrorKind kind) {
            return script(new TokenStream.Started(3, 0), error(kind));
        }

        Place speaksThenFails(String text, ErrorKind kind) {
            return script(new TokenStream.Started(3, 0), new TokenStream.TextDelta(text), error(kind));
        }

        Place startsThenIsSilentFor(Duration time, ErrorKind kind) {
            return script(new TokenStream.Started(3, 0), time, error(kind));
        }

        Place answers(String text) {
            return script(
                    new TokenStream.Started(3, 0),
                    new TokenStream.TextDelta(text),
                    new TokenStream.Finished(StopReason.END_TURN, null, new TokenUsage(3, 0, 1)));
        }

        @Override
        public boolean remote() {
            return true;
        }

        @Override
        public List<Model> models() {
            return List.of();
        }

        @Override
        public int countTokens(GenerationRequest request) {
            return 3;
        }

        @Override
        public TokenStream start(GenerationRequest request) {
            calls++;
            Script script = scripts.remove();
            if (script.refusal() != null) {
                throw script.refusal();
            }
            return new Played(script.steps());
        }
    }

    private final class Played implements TokenStream {
        private final ArrayDeque<Object> steps;
        private long silentUntil;
        private int output;
        private boolean closed;

        private Played(List<Object> steps) {
            this.steps = new ArrayDeque<>(steps);
        }

        @Override
        public @Nullable Event next(Duration timeout) {
            if (closed) {
                throw new IllegalStateException("the stream has ended");
            }
            if (steps.peek() instanceof Duration silence) {
                steps.remove();
                silentUntil = nanos + silence.toNanos();
            }
            if (nanos < silentUntil) {
                nanos += Math.min(timeout.toNanos(), silentUntil - nanos);
                if (nanos < silentUntil) {
                    return null;
                }
            }
            Object step = steps.remove();
            if (step instanceof StoaException failure) {
                throw failure;
            }
            if (step instanceof TextDelta) {
                output++;
            }
            return (Event) step;
        }

        @Override
        public TokenUsage usage() {
            return new TokenUsage(3, 0, output);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
