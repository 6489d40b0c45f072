package dev.stoa.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenStream.Event;
import dev.stoa.inference.routing.Simulation.Place;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attempts of one request in a world whose clock moves only when something waits. */
class RoutedStreamTest {
    private final Simulation world = new Simulation(7);
    private final Place a = world.place("a");
    private final Place b = world.place("b");
    private final Place spare = world.place("spare");

    private static final GenerationRequest REQUEST = GenerationRequest.builder(
                    "req_routed",
                    "v1",
                    new Prompt.Conversation(List.of(Message.text(Message.Role.USER, "Hello"))),
                    9,
                    Sampling.GREEDY,
                    "test")
            .build();

    private static String text(List<Event> events) {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> {
            if (event instanceof TokenStream.TextDelta(String more)) {
                text.append(more);
            }
        });
        return text.toString();
    }

    @Test
    void aFailureBeforeTheFirstTokenIsNotTheReaders() throws InterruptedException {
        a.refuses(ErrorKind.OVERLOADED).answers("from a again");
        RoutedStream stream = world.stream(REQUEST, List.of(world.step("v1", a)));
        List<Event> events = world.read(stream);
        assertThat(events.getFirst()).isInstanceOf(TokenStream.Started.class);
        assertThat(events.stream().filter(TokenStream.Started.class::isInstance))
                .hasSize(1);
        assertThat(text(events)).isEqualTo("from a again");
        assertThat(world.results()).containsExactly("a FAILED", "a ANSWERED");
        assertThat(world.waited()).isBetween(Duration.ZERO, Simulation.SETTINGS.backoff());
    }

    @Test
    void anotherDeploymentIsTriedAtOnceAndThenAFallback() throws InterruptedException {
        a.startsThenFails(ErrorKind.INTERNAL);
        b.startsThenFails(ErrorKind.TIMEOUT);
        spare.answers("spare");
        RoutedStream stream = world.stream(REQUEST, List.of(world.step("v1", a, b), world.step("v2", spare)));
        assertThat(text(world.read(stream))).isEqualTo("spare");
        assertThat(stream.model()).isEqualTo("v2");
        assertThat(world.waited()).isZero();
        assertThat(world.results()).hasSize(3).last().isEqualTo("spare ANSWERED");
    }

    @Test
    void nothingIsTriedAgainAfterTheFirstToken() {
        a.speaksThenFails("Half an ", ErrorKind.INTERNAL);
        b.answers("whole");
        RoutedStream stream = world.stream(REQUEST, List.of(world.step("v1", a), world.step("v2", b)));
        List<Event> events = new ArrayList<>();
        assertThatThrownBy(() -> world.readInto(stream, events)).isInstanceOf(StoaException.class);
        assertThat(text(events)).isEqualTo("Half an ");
        assertThat(stream.model()).isEqualTo("v1");
        assertThat(stream.usage().outputTokens()).isPositive();
        assertThat(b.calls()).isZero();
        assertThat(world.results()).containsExactly("a FAILED");
    }

    @Test
    void aRequestThatIsAtFaultIsTriedNowhereElse() {
        a.refuses(ErrorKind.INVALID_REQUEST);
        assertThatThrownBy(() -> world.stream(REQUEST, List.of(world.step("v1", a, b), world.step("v2", spare))))
                .isInstanceOf(StoaException.class);
        assertThat(a.calls() + b.calls() + spare.calls()).isEqualTo(1);
        assertThat(world.results()).containsExactly("a DROPPED");
    }

    @Test
    void aPlaceThatAsksForTimeIsLeftAloneForThatTime() throws InterruptedException {
        a.refusesFor(Duration.ofSeconds(60)).answers("rested");
        spare.answers("spare").answers("spare");
        List<Attempts.Step> steps = List.of(world.step("v1", a), world.step("v2", spare));
        assertThat(text(world.read(world.stream(REQUEST, steps)))).isEqualTo("spare");
        assertThat(text(world.read(world.stream(REQUEST, steps)))).isEqualTo("spare");
        assertThat(a.calls()).isEqualTo(1);
        world.pass(Duration.ofSeconds(61));
        assertThat(text(world.read(world.stream(REQUEST, steps)))).isEqualTo("rested");
    }

    @Test
    void aShortTimeIsWaitedOut() throws InterruptedException {
        a.refusesFor(Duration.ofSeconds(1)).answers("rested");
        RoutedStream stream = world.stream(REQUEST, List.of(world.step("v1", a)));
        assertThat(text(world.read(stream))).isEqualTo("rested");
        assertThat(world.waited()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aBreakerOpensAndLetsTrialsThroughLater() throws InterruptedException {
        for (int i = 0; i < 30; i++) {
            a.refuses(ErrorKind.INTERNAL);
            spare.answers("spare");
        }
        List<Attempts.Step> steps = List.of(world.step("v1", a), world.step("v2", spare));
        for (int i = 0; i < 20; i++) {
            world.read(world.stream(REQUEST, steps));
        }
        int calls = a.calls();
        assertThat(calls).isLessThan(2 * Simulation.SETTINGS.breakerMinCalls());
        world.pass(Simulation.SETTINGS.breakerOpen().plusMillis(1));
        a.clear().answers("back").answers("back").answers("back");
        assertThat(text(world.read(world.stream(REQUEST, steps)))).isEqualTo("back");
    }

    @Test
    void whereAllIsDownTheCallerIsToldWhenToComeBack() {
        for (int i = 0; i < 30; i++) {
            a.refuses(ErrorKind.INTERNAL);
        }
        List<Attempts.Step> steps = List.of(world.step("v1", a));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> world.readInto(world.stream(REQUEST, steps), new ArrayList<>()))
                    .isInstanceOf(StoaException.class);
        }
        assertThatThrownBy(() -> world.stream(REQUEST, steps)).isInstanceOfSatisfying(StoaException.class, refused -> {
            assertThat(refused.kind()).isEqualTo(ErrorKind.OVERLOADED);
            assertThat(refused.retryAfter()).isPositive().isLessThanOrEqualTo(Simulation.SETTINGS.breakerOpen());
        });
    }

    @Test
    void theBeginIsLetGoAfterATimeAndThenTheVersionStands() throws InterruptedException {
        // Whichever is drawn first is silent, and the other answers.
        a.startsThenIsSilentFor(Simulation.SETTINGS.hold().plusSeconds(5), ErrorKind.TIMEOUT)
                .answers("same version");
        spare.answers("spare");
        RoutedStream stream = world.stream(REQUEST, List.of(world.step("v1", a), world.step("v2", spare)));
        List<Event> events = world.read(stream);
        assertThat(text(events)).isEqualTo("same version");
        assertThat(events.stream().filter(TokenStream.Started.class::isInstance))
                .hasSize(1);
        assertThat(stream.model()).isEqualTo("v1");
        assertThat(((TokenStream.Finished) events.getLast()).reason()).isEqualTo(StopReason.END_TURN);
    }

    @Test
    void aCallerWhoGoesGivesTheTrialBack() throws InterruptedException {
        for (int i = 0; i < Simulation.SETTINGS.breakerMinCalls(); i++) {
            a.refuses(ErrorKind.INTERNAL);
        }
        List<Attempts.Step> steps = List.of(world.step("v1", a));
        while (a.calls() < Simulation.SETTINGS.breakerMinCalls()) {
            try {
                world.readInto(world.stream(REQUEST, steps), new ArrayList<>());
            } catch (StoaException _) {
                // As it should.
            }
        }
        for (int i = 0; i < 5; i++) {
            world.pass(Simulation.SETTINGS.breakerOpen().plusMillis(1));
            a.clear().startsThenIsSilentFor(Duration.ofHours(1), ErrorKind.TIMEOUT);
            RoutedStream left = world.stream(REQUEST, steps);
            left.next(Duration.ZERO);
            left.close();
            left.close();
        }
        a.clear().answers("here");
        assertThat(text(world.read(world.stream(REQUEST, steps)))).isEqualTo("here");
        assertThat(world.results().stream().filter("a DROPPED"::equals)).hasSize(5);
    }

    /** The caller goes on one thread while the first token comes on another: whichever is first tells the target. */
    @Test
    void anAttemptThatIsDroppedAndAnsweredAtOnceIsToldOfOnce() {
        Target target = world.target(a);
        while (target.tryCall()) {
            target.failed(Duration.ZERO);
        }
        world.pass(Simulation.SETTINGS.breakerOpen().plusMillis(1));
        for (int i = 0; i < Simulation.SETTINGS.breakerTrials(); i++) {
            assertThat(target.tryCall()).isTrue();
            RoutedStream.Attempt dropped = new RoutedStream.Attempt("v1", target, 0);
            dropped.released();
            dropped.answered(Duration.ZERO);
        }
        // Neither did they use a trial up, nor does one that was answered give it back.
        for (int i = 0; i < Simulation.SETTINGS.breakerTrials() - 1; i++) {
            assertThat(target.tryCall()).isTrue();
            RoutedStream.Attempt answered = new RoutedStream.Attempt("v1", target, 0);
            answered.answered(Duration.ZERO);
            answered.released();
        }
        assertThat(target.tryCall()).isTrue();
        assertThat(target.tryCall()).isFalse();
    }

    @Test
    void whenEverythingFailsTheLoadGrowsByTheBudgetOnly() {
        int requests = 400;
        for (int i = 0; i < requests; i++) {
            // Each place is new, so that no breaker spares it.
            Place sick = world.place("sick " + i);
            for (int k = 0; k < Simulation.SETTINGS.attempts(); k++) {
                sick.refuses(ErrorKind.INTERNAL);
            }
            assertThatThrownBy(() ->
                            world.readInto(world.stream(REQUEST, List.of(world.step("v1", sick))), new ArrayList<>()))
                    .isInstanceOf(StoaException.class);
        }
        double most = requests * (1 + Simulation.SETTINGS.retryBudget()) + Simulation.SETTINGS.retryReserve();
        assertThat(world.results()).hasSizeBetween(requests, (int) most);
    }

    /** Random worlds: whatever happens, a request ends once, each attempt is told once, and no call stays granted. */
    @Test
    void inAnyWorldEverythingEndsOnce() throws InterruptedException {
        for (long seed = 1; seed <= 300; seed++) {
            Simulation random = new Simulation(seed);
            List<Place> places = List.of(random.place("x"), random.place("y"), random.place("z"));
            List<Attempts.Step> steps =
                    List.of(random.step("v1", places.get(0), places.get(1)), random.step("v2", places.get(2)));
            for (int request = 0; request < 20; request++) {
                places.forEach(random::anything);
                try {
                    RoutedStream stream = random.stream(REQUEST, steps);
                    if (random.chance(4)) {
                        stream.next(Duration.ofMillis(5));
                        stream.close();
                    } else {
                        random.readInto(stream, new ArrayList<>());
                    }
                } catch (StoaException _) {
                    // One of the ends.
                }
                random.pass(Duration.ofSeconds(20));
            }
            long calls = places.stream().mapToLong(Place::calls).sum();
            assertThat(random.results()).as("seed " + seed).hasSize((int) calls);
            random.pass(Duration.ofHours(2));
            for (Place place : places) {
                for (int i = 0; i < Simulation.SETTINGS.breakerTrials(); i++) {
                    assertThat(random.target(place).tryCall())
                            .as("seed " + seed + ", place " + place.name())
                            .isTrue();
                    random.target(place).released();
                }
            }
        }
    }
}
