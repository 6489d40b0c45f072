package dev.stoa.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stoa.admission.LimitBook.Reserve;
import dev.stoa.admission.LimitBook.Settle;
import dev.stoa.admission.LimitBook.Verdict;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The door: so many requests at once on this server, and for each caller what the limits and budgets of its
 * organization, workspace and key allow, over all servers. What a request may use is reserved here, before any work, and
 * set right when it has ended. Thread-safe.
 */
public final class Admission {
    /** A place comes free when any request ends; a second is a fair guess. */
    private static final Duration PLACE_RETRY = Duration.ofSeconds(1);

    private static final Duration STORE_RETRY = Duration.ofSeconds(5);
    private static final int ALLOWANCES_MAX = 10_000;
    /** A window's length: nothing older says anything about now. */
    private static final Duration ALLOWANCE_AGE = Duration.ofMinutes(1);

    private final Limits limits;
    private final LimitRules rules;
    private final LimitKeeper keeper;
    private final LocalLimitBook local;
    private final SpendingWriter spending;
    private final UUID server;
    private final OutputEstimates estimates = new OutputEstimates();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder alone = new LongAdder();
    private final Cache<UUID, Allowance> allowances = Caffeine.newBuilder()
            .maximumSize(ALLOWANCES_MAX)
            .expireAfterWrite(ALLOWANCE_AGE)
            .build();

    /**
     * @param local where this server counts for itself while the shared book is away
     * @param spending takes what requests spend that were counted so
     */
    Admission(
            Limits limits,
            LimitRules rules,
            LimitKeeper keeper,
            LocalLimitBook local,
            SpendingWriter spending,
            UUID server) {
        this.limits = limits;
        this.rules = rules;
        this.keeper = keeper;
        this.local = local;
        this.spending = spending;
        this.server = server;
    }

    /**
     * Takes a place on this server.
     *
     * @throws StoaException OVERLOADED if the server is full
     */
    public Permit enter(Caller caller) {
        if (inFlight.incrementAndGet() > limits.inFlight()) {
            inFlight.decrementAndGet();
            throw new StoaException(
                    ErrorKind.OVERLOADED,
                    "The server has as many requests as it can hold; try again soon.",
                    PLACE_RETRY,
                    null);
        }
        return new Place(caller);
    }

    /**
     * Counts what a request has used whose server was killed, for budgets: its reservation has lapsed. Counted soon, and
     * not at all if this server dies within that moment.
     */
    public void charge(Caller caller, String model, Spending used) {
        List<Scope> scopes =
                rules.of(caller, model).stream().map(ScopeRule::scope).toList();
        keeper.charge(scopes, used);
    }

    /** What the caller may still ask, as far as its last request told. */
    public Allowance allowance(UUID credential) {
        Allowance known = allowances.getIfPresent(credential);
        return known == null ? Allowance.UNKNOWN : known;
    }

    /** Whether limits are counted for all servers together: what counts them answered when it was last asked. */
    public boolean isShared() {
        return !keeper.away();
    }

    /** Whether requests are let through though it does not. */
    public boolean isOpenAlone() {
        return limits.openWithoutLimitStore();
    }

    /** Requests that were decided upon without it. */
    public long decidedAlone() {
        return alone.sum();
    }

    /** Requests on their way on this server. */
    public int inFlight() {
        return inFlight.get();
    }

    private final class Place implements Permit {
        private final Caller caller;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable Reservation reservation;

        private Place(Caller caller) {
            this.caller = caller;
        }

        @Override
        public void reserve(String model, long inputTokens, long outputMax, long costMax) throws InterruptedException {
            if (reservation != null || ended.get()) {
                throw new IllegalStateException("a place reserves once, before it ends");
            }
            long estimate = estimates.of(caller.credentialId(), model, outputMax);
            Demand demand = new Demand(inputTokens, estimate, outputMax, costMax);
            Reservation made = Admission.this.reserve(rules.of(caller, model), model, demand);
            allowances.put(caller.credentialId(), made.verdict().allowance());
            if (made.verdict().shortage() != null) {
                throw refusal(made.verdict());
            }
            reservation = made;
            if (ended.get()) {
                end(made, Spending.NOTHING);
            }
        }

        @Override
        public void settle(Spending used) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            inFlight.decrementAndGet();
            Reservation made = reservation;
            if (made != null) {
                if (used.outputTokens() > 0) {
                    estimates.learn(caller.credentialId(), made.model(), used.outputTokens());
                }
                end(made, used);
            }
        }
    }

    private record Reservation(List<ScopeRule> rules, String model, Demand demand, Verdict verdict, boolean shared) {}

    private Reservation reserve(List<ScopeRule> forCaller, String model, Demand demand) throws InterruptedException {
        CompletableFuture<Verdict> asked = keeper.reserve(forCaller, demand);
        try {
            Verdict verdict = asked.get(limits.limitStoreWait().toMillis(), TimeUnit.MILLISECONDS);
            return new Reservation(forCaller, model, demand, verdict, true);
        } catch (ExecutionException | TimeoutException e) {
            asked.cancel(false);
            return withoutStore(forCaller, model, demand, e);
        } catch (InterruptedException e) {
            asked.cancel(false);
            throw e;
        }
    }

    private Reservation withoutStore(List<ScopeRule> forCaller, String model, Demand demand, Exception cause) {
        alone.increment();
        if (!limits.openWithoutLimitStore()) {
            throw new StoaException(
                    ErrorKind.OVERLOADED, "The server can't count requests now; try again soon.", STORE_RETRY, cause);
        }
        Verdict verdict =
                local.apply(server, List.of(new Reserve(forCaller, demand))).getFirst();
        return new Reservation(forCaller, model, demand, verdict, false);
    }

    private void end(Reservation made, Spending used) {
        List<Scope> scopes = made.rules().stream().map(ScopeRule::scope).toList();
        long then = made.verdict().atMillis();
        if (made.shared()) {
            keeper.settle(scopes, then, made.demand(), used);
        } else {
            local.apply(server, List.of(new Settle(scopes, then, made.demand(), used)));
            spending.add(scopes, used);
        }
    }

    private static StoaException refusal(Verdict verdict) {
        ScopeState.Shortage shortage = verdict.shortage();
        Scope scope = verdict.refusedBy();
        if (shortage == null || scope == null) {
            throw new IllegalStateException("a refusal has a reason");
        }
        String who = scope.description();
        String message = switch (shortage.what()) {
            case REQUESTS -> who + " has begun " + shortage.limit() + " requests within a minute, as many as it may.";
            case INPUT_TOKENS -> who + " may send " + shortage.limit() + " input tokens within a minute.";
            case OUTPUT_TOKENS -> who + " may be written " + shortage.limit() + " output tokens within a minute.";
            case PLACES -> who + " has " + shortage.limit() + " requests on their way, as many as it may have at once.";
            case BUDGET -> who + " has spent its budget of this period.";
        };
        boolean budget = shortage.what() == ScopeState.What.BUDGET;
        Duration retry = shortage.retryMillis() == ScopeState.NEVER ? null : Duration.ofMillis(shortage.retryMillis());
        return new StoaException(budget ? ErrorKind.BILLING : ErrorKind.RATE_LIMITED, message, retry, null);
    }
}
