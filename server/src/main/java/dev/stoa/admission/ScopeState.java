package dev.stoa.admission;

import dev.stoa.admission.Budget.Period;
import dev.stoa.admission.Budget.Unit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All that counts for one scope: three windows of a minute, what each server has on its way, and what was spent in the
 * day, week and month. Rules are not part of it, so that a new limit counts what was before it. What a server that died
 * had on its way is forgotten {@link #LEASE_MILLIS} after its last sign of life. Not thread-safe: whoever has read it
 * from a store under a lock owns it.
 */
final class ScopeState {
    /** A server tells of what it has on its way every few seconds; after so long a silence it is dead. */
    static final long LEASE_MILLIS = 20_000;

    static final long NEVER = Long.MAX_VALUE;

    private static final int VERSION = 1;

    /** Of one server. */
    private record Held(OnTheWay what, long seenMillis) {}

    private static final class Spent {
        private long startDay;
        private long tokens;
        private long cost;
    }

    /**
     * Why a request can't begin.
     *
     * @param retryMillis when it may; {@link #NEVER} if it asks for more than there ever is
     */
    record Shortage(What what, long limit, long retryMillis) {}

    /** What there is not enough of. */
    enum What {
        REQUESTS,
        INPUT_TOKENS,
        OUTPUT_TOKENS,
        PLACES,
        BUDGET
    }

    private final SlidingWindow requests;
    private final SlidingWindow input;
    private final SlidingWindow output;
    private final Map<UUID, Held> held = new HashMap<>();
    private final Map<Period, Spent> spent = new EnumMap<>(Period.class);

    ScopeState() {
        this(new SlidingWindow(), new SlidingWindow(), new SlidingWindow());
        for (Period period : Period.values()) {
            spent.put(period, new Spent());
        }
    }

    private ScopeState(SlidingWindow requests, SlidingWindow input, SlidingWindow output) {
        this.requests = requests;
        this.input = input;
        this.output = output;
    }

    /** Why this can't begin now; null if it can. Of several reasons the one that lasts longest. */
    @Nullable Shortage shortage(long now, ScopeRule rule, Demand demand) {
        List<Shortage> all = new ArrayList<>(2);
        RateLimits limits = rule.limits();
        window(all, requests, What.REQUESTS, now, 1, limits.requests());
        window(all, input, What.INPUT_TOKENS, now, demand.inputTokens(), limits.inputTokens());
        // An estimate above the whole limit only says that the answer may take it all.
        long estimate = Math.min(demand.outputTokens(), limits.outputTokens());
        window(all, output, What.OUTPUT_TOKENS, now, estimate, limits.outputTokens());
        if (inFlight(now) >= limits.inFlight()) {
            all.add(new Shortage(What.PLACES, limits.inFlight(), 1000));
        }
        for (Budget budget : rule.budgets()) {
            if (committed(now, budget) >= budget.amount()) {
                all.add(new Shortage(
                        What.BUDGET, budget.amount(), budget.period().endMillis(now) - now));
            }
        }
        return all.stream()
                .max((a, b) -> Long.compare(a.retryMillis(), b.retryMillis()))
                .orElse(null);
    }

    private static void window(
            List<Shortage> into, SlidingWindow window, What what, long now, long amount, long limit) {
        if (limit == RateLimits.UNLIMITED || amount == 0) {
            return;
        }
        if (amount > limit) {
            into.add(new Shortage(what, limit, NEVER));
        } else if (window.sum(now) + amount > limit) {
            into.add(new Shortage(what, limit, window.millisUntil(now, amount, limit)));
        }
    }

    /** What of the budget's period is spent or may yet be by what is on its way. */
    private long committed(long now, Budget budget) {
        Spent period = current(budget.period(), now);
        long sum = budget.unit() == Unit.TOKENS ? period.tokens : period.cost;
        for (Held each : live(now)) {
            sum += budget.unit() == Unit.TOKENS
                    ? each.what().tokens()
                    : each.what().cost();
        }
        return sum;
    }

    private List<Held> live(long now) {
        held.values().removeIf(each -> now - each.seenMillis() > LEASE_MILLIS);
        return List.copyOf(held.values());
    }

    long inFlight(long now) {
        return live(now).stream().mapToLong(each -> each.what().requests()).sum();
    }

    private Spent current(Period period, long now) {
        Spent current = spent.computeIfAbsent(period, _ -> new Spent());
        long start = period.startDay(now);
        if (start > current.startDay) {
            current.startDay = start;
            current.tokens = 0;
            current.cost = 0;
        }
        return current;
    }

    void reserve(long now, UUID server, Demand demand) {
        requests.add(now, 1);
        input.add(now, demand.inputTokens());
        output.add(now, demand.outputTokens());
        Held mine = held.get(server);
        held.put(server, new Held((mine == null ? OnTheWay.NOTHING : mine.what()).plus(demand), now));
    }

    /** Ends what was reserved at {@code then}: what was reserved goes, what was used counts. */
    void settle(long now, UUID server, long then, Demand demand, Spending used) {
        input.correct(now, then, used.inputTokens() - demand.inputTokens());
        output.correct(now, then, used.outputTokens() - demand.outputTokens());
        Held mine = held.get(server);
        if (mine != null) {
            touch(now, server, mine.what().minus(demand));
        }
        charge(now, used);
    }

    /** What was used counts in the periods that hold now. */
    void charge(long now, Spending used) {
        for (Period period : Period.values()) {
            Spent current = current(period, now);
            current.tokens += used.tokens();
            current.cost += used.cost();
        }
    }

    /** The server is alive and has this on its way. */
    void touch(long now, UUID server, OnTheWay what) {
        if (what.requests() == 0) {
            held.remove(server);
        } else {
            held.put(server, new Held(what, now));
        }
    }

    /** What is left now. */
    Allowance allowance(long now, ScopeRule rule) {
        RateLimits limits = rule.limits();
        return new Allowance(
                part(requests, now, limits.requests()),
                part(input, now, limits.inputTokens()),
                part(output, now, limits.outputTokens()));
    }

    private static Allowance.@Nullable Part part(SlidingWindow window, long now, long limit) {
        return limit == RateLimits.UNLIMITED
                ? null
                : new Allowance.Part(limit, Math.max(0, limit - window.sum(now)), now, window.millisUntilEmpty(now));
    }

    /** Spent in the period that holds now: tokens and billionths of a dollar. */
    long spent(long now, Period period, Unit unit) {
        Spent current = current(period, now);
        return unit == Unit.TOKENS ? current.tokens : current.cost;
    }

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            requests.write(out);
            input.write(out);
            output.write(out);
            out.writeShort(held.size());
            for (Map.Entry<UUID, Held> entry : held.entrySet()) {
                out.writeLong(entry.getKey().getMostSignificantBits());
                out.writeLong(entry.getKey().getLeastSignificantBits());
                out.writeInt(entry.getValue().what().requests());
                out.writeLong(entry.getValue().what().tokens());
                out.writeLong(entry.getValue().what().cost());
                out.writeLong(entry.getValue().seenMillis());
            }
            for (Period period : Period.values()) {
                Spent each = spent.getOrDefault(period, new Spent());
                out.writeLong(each.startDay);
                out.writeLong(each.tokens);
                out.writeLong(each.cost);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalStateException if it was written by a newer server, or is damaged */
    static ScopeState decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException("limit state of version " + version + " can't be read");
            }
            ScopeState state = new ScopeState(SlidingWindow.read(in), SlidingWindow.read(in), SlidingWindow.read(in));
            for (int left = in.readShort(); left > 0; left--) {
                UUID server = new UUID(in.readLong(), in.readLong());
                OnTheWay what = new OnTheWay(in.readInt(), in.readLong(), in.readLong());
                state.held.put(server, new Held(what, in.readLong()));
            }
            for (Period period : Period.values()) {
                Spent each = new Spent();
                each.startDay = in.readLong();
                each.tokens = in.readLong();
                each.cost = in.readLong();
                state.spent.put(period, each);
            }
            return state;
        } catch (IOException e) {
            throw new IllegalStateException("limit state is damaged", e);
        }
    }
}
