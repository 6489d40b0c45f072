package dev.stoa.admission;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.dao.DataAccessResourceFailureException;

class AdmissionTest {
    private static final String MODEL = "tiny";
    private static final RateLimits FOUR_AT_ONCE =
            new RateLimits(RateLimits.UNLIMITED, RateLimits.UNLIMITED, RateLimits.UNLIMITED, 4);

    private final Caller caller =
            new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
    private final LocalLimitBook shared = new LocalLimitBook(Clock.systemUTC());
    private volatile boolean away;
    private volatile CountDownLatch slow = new CountDownLatch(0);
    private @Nullable LimitKeeper keeper;
    private @Nullable SpendingWriter spending;

    private Admission admission(RateLimits ofKeys, Map<String, String> settings) {
        Limits limits =
                new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("stoa.limits", Limits.class);
        UUID server = UUID.randomUUID();
        LimitKeeper started = new LimitKeeper(
                (who, entries) -> {
                    try {
                        slow.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    if (away) {
                        throw new DataAccessResourceFailureException("away");
                    }
                    return shared.apply(who, entries);
                },
                server);
        keeper = started;
        started.start();
        spending = new SpendingWriter(used -> {
            if (away) {
                throw new DataAccessResourceFailureException("away");
            }
            used.forEach((scope, each) -> shared.apply(server, List.of(new LimitBook.Charge(List.of(scope), each))));
        });
        return new Admission(
                limits, new LimitRules(ofKeys), started, new LocalLimitBook(Clock.systemUTC()), spending, server);
    }

    @AfterEach
    void stop() {
        requireNonNull(keeper).stop();
    }

    private Permit reserved(Admission admission) {
        Permit permit = admission.enter(caller);
        try {
            permit.reserve(MODEL, 10, 20, 0);
            return permit;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (StoaException e) {
            permit.close();
            throw e;
        }
    }

    private StoaException refusal(Admission admission) {
        return catchThrowableOfType(StoaException.class, () -> reserved(admission));
    }

    @Test
    void aPlaceIsGivenBackOnceHoweverOftenItIsClosed() {
        Admission admission = admission(FOUR_AT_ONCE, Map.of());
        List<Permit> permits =
                List.of(reserved(admission), reserved(admission), reserved(admission), reserved(admission));
        StoaException refused = refusal(admission);
        assertThat(refused.kind()).isEqualTo(ErrorKind.RATE_LIMITED);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        permits.getFirst().settle(new Spending(10, 2, 0));
        permits.getFirst().close();
        assertThat(admission.inFlight()).isEqualTo(3);
        reserved(admission);
        assertThat(refusal(admission)).isNotNull();
    }

    @Test
    void aFullServerIsOverloadedWhoeverAsks() {
        Admission admission = admission(RateLimits.NONE, Map.of("stoa.limits.in-flight", "1"));
        Permit permit = reserved(admission);
        assertThat(refusal(admission).kind()).isEqualTo(ErrorKind.OVERLOADED);
        permit.close();
        reserved(admission).close();
        assertThat(admission.inFlight()).isZero();
    }

    @Test
    void whileTheStoreIsAwayTheServerCountsForItselfOrRefuses() {
        Admission open = admission(FOUR_AT_ONCE, Map.of());
        away = true;
        for (int i = 0; i < 4; i++) {
            reserved(open);
        }
        assertThat(refusal(open).kind()).isEqualTo(ErrorKind.RATE_LIMITED);
        stop();
        Admission closed = admission(FOUR_AT_ONCE, Map.of("stoa.limits.open-without-limit-store", "false"));
        assertThat(refusal(closed).kind()).isEqualTo(ErrorKind.OVERLOADED);
        assertThat(closed.inFlight()).isZero();
        away = false;
        reserved(closed).close();
    }

    @Test
    void aReservationThatComesTooLateIsGivenBack() {
        Admission admission = admission(FOUR_AT_ONCE, Map.of("stoa.limits.limit-store-wait", "20ms"));
        slow = new CountDownLatch(1);
        Permit local = reserved(admission);
        slow.countDown();
        ScopeRule rule = new ScopeRule(new Scope(Scope.Kind.KEY, caller.credentialId(), null), FOUR_AT_ONCE, List.of());
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            // Four fit at once only if the late one has gone.
            LimitBook.Entry four = new LimitBook.Reserve(List.of(rule), new Demand(1, 1, 1, 0));
            UUID probe = UUID.randomUUID();
            List<LimitBook.Verdict> verdicts = shared.apply(probe, List.of(four, four, four, four));
            verdicts.stream()
                    .filter(each -> each.shortage() == null)
                    .forEach(each -> shared.apply(
                            probe,
                            List.of(new LimitBook.Settle(
                                    List.of(rule.scope()),
                                    each.atMillis(),
                                    new Demand(1, 1, 1, 0),
                                    Spending.NOTHING))));
            return verdicts.stream().allMatch(each -> each.shortage() == null);
        });
        local.close();
    }

    @Test
    void whatWasSpentWhileTheStoreWasAwayIsChargedWhenItIsBack() {
        Admission admission = admission(FOUR_AT_ONCE, Map.of());
        away = true;
        Permit permit = reserved(admission);
        assertThat(admission.isShared()).isFalse();
        assertThat(admission.decidedAlone()).isEqualTo(1);
        permit.settle(new Spending(10, 7, 0));
        away = false;
        requireNonNull(spending).start();
        requireNonNull(spending).stop();
        assertThat(isSpent(17)).isTrue();
        assertThat(isSpent(18)).isFalse();
        await().atMost(Duration.ofSeconds(10)).until(admission::isShared);
    }

    @Test
    void aSettlementWaitsForAStoreThatIsAway() {
        Admission admission = admission(FOUR_AT_ONCE, Map.of());
        Permit permit = reserved(admission);
        away = true;
        permit.settle(new Spending(10, 7, 0));
        away = false;
        stop();
        assertThat(isSpent(17)).isTrue();
    }

    private boolean isSpent(long tokens) {
        Scope scope = new Scope(Scope.Kind.KEY, caller.credentialId(), null);
        ScopeRule budget = new ScopeRule(
                scope, RateLimits.NONE, List.of(new Budget(Budget.Period.DAY, Budget.Unit.TOKENS, tokens)));
        LimitBook.Entry ask = new LimitBook.Reserve(List.of(budget), new Demand(0, 0, 0, 0));
        return shared.apply(UUID.randomUUID(), List.of(ask)).getFirst().shortage() != null;
    }
}
