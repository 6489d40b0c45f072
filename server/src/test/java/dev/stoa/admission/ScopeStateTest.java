package dev.stoa.admission;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.admission.Budget.Period;
import dev.stoa.admission.Budget.Unit;
import dev.stoa.admission.ScopeState.What;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScopeStateTest {
    private static final UUID SERVER = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);
    private static final Scope SCOPE = new Scope(Scope.Kind.KEY, new UUID(0, 3), null);
    /** A Monday, the last day of a month, shortly before midnight. */
    private static final long NOW = Instant.parse("2026-11-30T23:59:50Z").toEpochMilli();

    private static final Demand DEMAND = new Demand(10, 20, 50, 600);

    private static ScopeRule rule(RateLimits limits, Budget... budgets) {
        return new ScopeRule(SCOPE, limits, List.of(budgets));
    }

    private static @Nullable What reason(ScopeState state, long now, ScopeRule rule, Demand demand) {
        ScopeState.Shortage shortage = ScopeState.decode(state.encode()).shortage(now, rule, demand);
        return shortage == null ? null : shortage.what();
    }

    @Test
    void eachLimitIsHeld() {
        ScopeState state = new ScopeState();
        state.reserve(NOW, SERVER, DEMAND);
        long none = RateLimits.UNLIMITED;
        assertThat(reason(state, NOW, rule(RateLimits.NONE), DEMAND)).isNull();
        assertThat(reason(state, NOW, rule(new RateLimits(1, none, none, none)), DEMAND))
                .isEqualTo(What.REQUESTS);
        assertThat(reason(state, NOW, rule(new RateLimits(2, 20, 40, 2)), DEMAND))
                .isNull();
        assertThat(reason(state, NOW, rule(new RateLimits(none, 19, none, none)), DEMAND))
                .isEqualTo(What.INPUT_TOKENS);
        assertThat(reason(state, NOW, rule(new RateLimits(none, none, 39, none)), DEMAND))
                .isEqualTo(What.OUTPUT_TOKENS);
        assertThat(reason(state, NOW, rule(new RateLimits(none, none, none, 1)), DEMAND))
                .isEqualTo(What.PLACES);
    }

    @Test
    void aPromptLargerThanTheLimitNeverBeginsAndAnAnswerThatMayBeWaitsForTheWholeWindow() {
        ScopeState state = new ScopeState();
        RateLimits small = new RateLimits(9, 5, 9, 9);
        assertThat(requireNonNull(state.shortage(NOW, rule(small), DEMAND)).retryMillis())
                .isEqualTo(ScopeState.NEVER);
        Demand longAnswer = new Demand(1, 1000, 1000, 0);
        assertThat(state.shortage(NOW, rule(small), longAnswer)).isNull();
        state.reserve(NOW, SERVER, longAnswer);
        assertThat(reason(state, NOW + 59_000, rule(small), longAnswer)).isEqualTo(What.OUTPUT_TOKENS);
        assertThat(reason(state, NOW + 61_000, rule(small), longAnswer)).isNull();
    }

    @ParameterizedTest
    @EnumSource(Unit.class)
    void aBudgetIsNeverExceededByMoreThanOneReservation(Unit unit) {
        Budget budget = new Budget(Period.WEEK, unit, unit == Unit.TOKENS ? 100 : 1000);
        ScopeState state = new ScopeState();
        int admitted = 0;
        while (state.shortage(NOW, rule(RateLimits.NONE, budget), DEMAND) == null) {
            state.reserve(NOW, SERVER, DEMAND);
            admitted++;
        }
        assertThat(admitted).isEqualTo(2);
        state.settle(NOW, SERVER, NOW, DEMAND, new Spending(10, 5, 40));
        state.settle(NOW, SERVER, NOW, DEMAND, new Spending(10, 5, 40));
        assertThat(state.inFlight(NOW)).isZero();
        assertThat(state.spent(NOW, Period.WEEK, unit)).isEqualTo(unit == Unit.TOKENS ? 30 : 80);
        assertThat(state.shortage(NOW, rule(RateLimits.NONE, budget), DEMAND)).isNull();
    }

    @Test
    void aBudgetBeginsAnewWithItsPeriod() {
        ScopeState state = new ScopeState();
        state.reserve(NOW, SERVER, DEMAND);
        state.settle(NOW, SERVER, NOW, DEMAND, new Spending(60, 40, 0));
        ScopeRule day = rule(RateLimits.NONE, new Budget(Period.DAY, Unit.TOKENS, 100));
        ScopeRule week = rule(RateLimits.NONE, new Budget(Period.WEEK, Unit.TOKENS, 100));
        ScopeRule month = rule(RateLimits.NONE, new Budget(Period.MONTH, Unit.TOKENS, 100));
        assertThat(requireNonNull(state.shortage(NOW, day, DEMAND)).retryMillis())
                .isEqualTo(10_000);
        assertThat(requireNonNull(state.shortage(NOW, month, DEMAND)).retryMillis())
                .isEqualTo(10_000);
        assertThat(requireNonNull(state.shortage(NOW, week, DEMAND)).retryMillis())
                .isEqualTo(10_000 + 6 * 86_400_000L);
        assertThat(reason(state, NOW + 10_000, day, DEMAND)).isNull();
        assertThat(reason(state, NOW + 10_000, month, DEMAND)).isNull();
        assertThat(reason(state, NOW + 10_000, week, DEMAND)).isEqualTo(What.BUDGET);
    }

    @Test
    void whatADeadServerHadIsForgottenAndALiveOnesIsNot() {
        ScopeState state = new ScopeState();
        state.reserve(NOW, SERVER, DEMAND);
        state.reserve(NOW, OTHER, DEMAND);
        long later = NOW + ScopeState.LEASE_MILLIS + 1;
        state.touch(later - 5_000, SERVER, OnTheWay.NOTHING.plus(DEMAND));
        assertThat(ScopeState.decode(state.encode()).inFlight(later)).isEqualTo(1);
        // It was only slow, and settles after all: nothing goes below zero.
        state.inFlight(later);
        state.settle(later, OTHER, NOW, DEMAND, new Spending(10, 1, 1));
        assertThat(state.inFlight(later)).isEqualTo(1);
    }

    @Test
    void aStateOfAnotherVersionIsNotMisread() {
        byte[] bytes = new ScopeState().encode();
        bytes[0] = 99;
        assertThatThrownBy(() -> ScopeState.decode(bytes)).hasMessageContaining("version 99");
        assertThatThrownBy(() -> ScopeState.decode(new byte[] {1, 2})).hasMessageContaining("damaged");
    }
}
