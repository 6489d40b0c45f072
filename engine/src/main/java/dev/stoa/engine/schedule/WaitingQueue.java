package dev.stoa.engine.schedule;

import dev.stoa.engine.Priority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is served next. For the engine thread.
 *
 * <h2>Between priorities</h2>
 *
 * The highest that waits, but a priority that had no turn for {@code agingNanos} counts as one higher, for twice that as
 * two higher, and so on, even above the highest. Its turn over, it counts as itself again: so the lowest gets one turn in
 * every so many seconds under any load, and the highest all the others.
 *
 * <p>A turn is a place that comes free. Where all are taken by less important ones, those above don't wait for it.
 *
 * <h2>Inside a priority</h2>
 *
 * The tenant with the least virtual counter (VTC; Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024).
 * A counter grows by {@value #INPUT_WEIGHT} for each prompt token computed and by {@value #OUTPUT_WEIGHT} for each token
 * generated, as a row that generates brings its own step with it. A tenant that comes back from idle is lifted to the
 * least counter of those that wait, so it can't claim what it didn't use. Inside a tenant, the order of submission.
 */
final class WaitingQueue {
    static final double INPUT_WEIGHT = 1;
    static final double OUTPUT_WEIGHT = 2;

    /** Accounts that are kept for tenants without requests before the dispensable ones are dropped. */
    private static final int IDLE_ACCOUNTS_MAX = 1024;

    private final long agingNanos;
    private final Map<Priority, Tier> tiers = new EnumMap<>(Priority.class);
    private int size;

    /** A priority's tenants. */
    private static final class Tier {
        private final Map<String, Tenant> tenants = new HashMap<>();
        /** Those that wait, in no order. */
        private final List<Tenant> active = new ArrayList<>();
        /** The counter of the tenant that was served last. */
        private double floor;
        /** When it began to wait or had its last turn. */
        private long turnNanos;
    }

    /** A request, and what it counts as once it runs. */
    record Choice(Request request, Priority rank) {}

    WaitingQueue(long agingNanos) {
        this.agingNanos = agingNanos;
        for (Priority priority : Priority.values()) {
            tiers.put(priority, new Tier());
        }
    }

    int size() {
        return size;
    }

    /** Adds a request that came, or that was preempted. */
    void add(Request request, long now) {
        Priority priority = request.spec().scheduling().priority();
        Tier tier = tier(priority);
        Tenant tenant =
                tier.tenants.computeIfAbsent(request.spec().scheduling().tenant(), name -> new Tenant(priority, name));
        if (tier.active.isEmpty()) {
            tier.turnNanos = now;
        }
        if (tenant.idle()) {
            tenant.lift(tier.active.stream().mapToDouble(Tenant::served).min().orElse(tier.floor));
            tier.active.add(tenant);
        }
        request.tenant(tenant);
        tenant.add(request);
        size++;
    }

    void remove(Request request) {
        Tenant tenant = request.tenant();
        tenant.remove(request);
        size--;
        if (tenant.idle()) {
            Tier tier = tier(tenant.priority());
            tier.active.remove(tenant);
            dropAccounts(tier);
        }
    }

    /** An idle tenant whose counter is no more than a newcomer would get needs no account. */
    private static void dropAccounts(Tier tier) {
        if (tier.tenants.size() > tier.active.size() + IDLE_ACCOUNTS_MAX) {
            tier.tenants.values().removeIf(tenant -> tenant.idle() && tenant.served() <= tier.floor);
        }
    }

    /** The next to be served among those that can start, or null. It stays in the queue. */
    @Nullable Choice next(Predicate<Request> startable, long now) {
        return next(order(now), startable);
    }

    /** As {@link #next(Predicate, long)}, among those of a higher priority than this. */
    @Nullable Choice nextAbove(Priority priority, Predicate<Request> startable, long now) {
        List<Priority> order = order(now);
        order.removeIf(each -> each.compareTo(priority) >= 0);
        return next(order, startable);
    }

    private @Nullable Choice next(List<Priority> order, Predicate<Request> startable) {
        for (Priority priority : order) {
            Request request = next(tier(priority), startable);
            if (request != null) {
                // One that got its turn by aging must not lose it at once to those it went before.
                Priority first = order.stream().min(Priority::compareTo).orElse(priority);
                boolean aged = order.getFirst() == priority && first != priority;
                return new Choice(request, aged ? first : priority);
            }
        }
        return null;
    }

    /** Those that wait, the most urgent first. */
    private List<Priority> order(long now) {
        List<Priority> order = new ArrayList<>();
        tiers.forEach((priority, tier) -> {
            if (!tier.active.isEmpty()) {
                order.add(priority);
            }
        });
        // Of two on one level the lower one has waited for it.
        order.sort(Comparator.comparingLong((Priority priority) -> level(priority, now))
                .thenComparing(Comparator.reverseOrder()));
        return order;
    }

    private long level(Priority priority, long now) {
        return priority.ordinal() - (now - tier(priority).turnNanos) / agingNanos;
    }

    private static @Nullable Request next(Tier tier, Predicate<Request> startable) {
        Tenant least = null;
        Request found = null;
        for (Tenant tenant : tier.active) {
            if (least == null || tenant.served() < least.served()) {
                Request first = tenant.first(startable);
                if (first != null) {
                    least = tenant;
                    found = first;
                }
            }
        }
        return found;
    }

    /** Takes the request out, as it starts. */
    void start(Request request, long now) {
        Tier tier = tier(request.tenant().priority());
        tier.turnNanos = now;
        tier.floor = Math.max(tier.floor, request.tenant().served());
        remove(request);
    }

    private Tier tier(Priority priority) {
        Tier tier = tiers.get(priority);
        if (tier == null) {
            throw new IllegalStateException("no such priority: " + priority);
        }
        return tier;
    }

    /** All that wait. The action must not change the queue. */
    void forEach(Consumer<Request> action) {
        tiers.values()
                .forEach(tier -> tier.active.forEach(tenant -> tenant.waiting().forEach(action)));
    }

    boolean any(Predicate<Request> test) {
        return tiers.values().stream()
                .anyMatch(tier -> tier.active.stream()
                        .anyMatch(tenant -> tenant.waiting().stream().anyMatch(test)));
    }

    /** Accounts in memory. */
    int accounts() {
        return tiers.values().stream().mapToInt(tier -> tier.tenants.size()).sum();
    }
}
