package dev.stoa.admission;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.admission.Budget.Period;
import dev.stoa.admission.Budget.Unit;
import dev.stoa.admission.LimitBook.Reserve;
import dev.stoa.admission.LimitBook.Settle;
import dev.stoa.admission.LimitBook.Touch;
import dev.stoa.admission.LimitBook.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every book does. */
abstract class LimitBookContract {
    private static final UUID SERVER = UUID.randomUUID();
    private static final Demand DEMAND = new Demand(3, 5, 10, 0);

    /** A book that is empty for new scopes; two calls in one test share their pages. */
    abstract LimitBook book();

    private static ScopeRule rule(long requests) {
        long none = RateLimits.UNLIMITED;
        Scope scope = new Scope(Scope.Kind.WORKSPACE, UUID.randomUUID(), null);
        return new ScopeRule(scope, new RateLimits(requests, none, none, none), List.of());
    }

    private static Verdict only(LimitBook book, LimitBook.Entry entry) {
        return book.apply(SERVER, List.of(entry)).getFirst();
    }

    @Test
    void reservesInAllScopesOrInNone() {
        LimitBook book = book();
        ScopeRule wide = rule(5);
        ScopeRule narrow = rule(2);
        for (int i = 0; i < 2; i++) {
            assertThat(only(book, new Reserve(List.of(wide, narrow), DEMAND)).shortage())
                    .isNull();
        }
        Verdict refused = only(book, new Reserve(List.of(wide, narrow), DEMAND));
        assertThat(refused.refusedBy()).isEqualTo(narrow.scope());
        assertThat(requireNonNull(refused.shortage()).retryMillis()).isBetween(1L, 61_000L);
        assertThat(requireNonNull(refused.allowance().requests()).remaining()).isZero();
        Verdict other = only(book, new Reserve(List.of(wide), DEMAND));
        assertThat(requireNonNull(other.allowance().requests()).remaining()).isEqualTo(2);
    }

    @Test
    void entriesOfABatchSeeEachOther() {
        ScopeRule rule = rule(3);
        List<LimitBook.Entry> batch = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            batch.add(new Reserve(List.of(rule), DEMAND));
        }
        assertThat(book().apply(SERVER, batch).stream().filter(each -> each.shortage() == null))
                .hasSize(3);
    }

    @Test
    void aSettlementGivesPlacesBack() {
        LimitBook book = book();
        long none = RateLimits.UNLIMITED;
        ScopeRule rule = new ScopeRule(
                new Scope(Scope.Kind.KEY, UUID.randomUUID(), "a:model"), new RateLimits(none, 100, 100, 1), List.of());
        Verdict first = only(book, new Reserve(List.of(rule), DEMAND));
        assertThat(requireNonNull(only(book, new Reserve(List.of(rule), DEMAND)).shortage())
                        .what())
                .isEqualTo(ScopeState.What.PLACES);
        only(book, new Settle(List.of(rule.scope()), first.atMillis(), DEMAND, new Spending(3, 1, 0)));
        Verdict next = only(book, new Reserve(List.of(rule), DEMAND));
        assertThat(next.shortage()).isNull();
        assertThat(requireNonNull(next.allowance().outputTokens()).remaining()).isEqualTo(100 - 1 - 5);
    }

    @Test
    void budgetsAreHeldUntilTheirPeriodEnds() {
        LimitBook book = book();
        Scope scope = new Scope(Scope.Kind.MEMBER, UUID.randomUUID(), null);
        for (Period period : Period.values()) {
            ScopeRule spent = new ScopeRule(scope, RateLimits.NONE, List.of(new Budget(period, Unit.NANODOLLARS, 0)));
            Verdict refused = only(book, new Reserve(List.of(spent), DEMAND));
            ScopeState.Shortage shortage = requireNonNull(refused.shortage());
            assertThat(shortage.what()).isEqualTo(ScopeState.What.BUDGET);
            assertThat(shortage.retryMillis()).isEqualTo(period.endMillis(refused.atMillis()) - refused.atMillis());
        }
        ScopeRule rule = new ScopeRule(scope, RateLimits.NONE, List.of(new Budget(Period.MONTH, Unit.TOKENS, 13 + 6)));
        Verdict first = only(book, new Reserve(List.of(rule), DEMAND));
        only(book, new Reserve(List.of(rule), DEMAND));
        assertThat(only(book, new Reserve(List.of(rule), DEMAND)).shortage()).isNotNull();
        only(book, new Settle(List.of(scope), first.atMillis(), DEMAND, new Spending(3, 2, 0)));
        assertThat(only(book, new Reserve(List.of(rule), DEMAND)).shortage()).isNull();
    }

    @Test
    void whatAServerSaysOfItselfStandsInPlaceOfWhatWasCounted() {
        LimitBook book = book();
        long none = RateLimits.UNLIMITED;
        ScopeRule rule = new ScopeRule(
                new Scope(Scope.Kind.KEY, UUID.randomUUID(), null), new RateLimits(none, none, none, 3), List.of());
        only(book, new Touch(Map.of(rule.scope(), new OnTheWay(3, 30, 0))));
        assertThat(only(book, new Reserve(List.of(rule), DEMAND)).shortage()).isNotNull();
        only(book, new Touch(Map.of(rule.scope(), OnTheWay.NOTHING)));
        assertThat(only(book, new Reserve(List.of(rule), DEMAND)).shortage()).isNull();
        assertThat(only(book, new Touch(Map.of())).shortage()).isNull();
    }

    @Test
    void manyAtOnceGetNoMoreThanThereIs() throws InterruptedException {
        List<LimitBook> books = List.of(book(), book());
        ScopeRule shared = rule(150);
        List<ScopeRule> others = List.of(rule(1_000), rule(1_000));
        AtomicInteger admitted = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int j = 0; j < 10; j++) {
                    List<ScopeRule> rules = List.of(others.get(number % 2), shared);
                    if (only(books.get(number % 2), new Reserve(rules, DEMAND)).shortage() == null) {
                        admitted.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(admitted).hasValue(150);
    }
}
