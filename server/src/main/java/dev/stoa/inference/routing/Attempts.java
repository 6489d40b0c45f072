package dev.stoa.inference.routing;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where one request is tried, one place after the other.
 *
 * <ol>
 *   <li>A deployment of the version, drawn by weight among those whose breaker is closed and that do not rest.
 *   <li>After a failure that another try may mend: another deployment of the version, at once; where all were tried, the
 *       one that failed, after a jittered back-off that doubles, unless it asked to be left alone. Either takes a retry
 *       from the server's budget.
 *   <li>Then the fallbacks in their order, each like the first. The budget is not asked: they are other servers, as a
 *       rule.
 * </ol>
 *
 * <p>All within a number of attempts, of which a version has {@link #TRIES_BEFORE_FALLBACK} while it has a fallback. One request's own; not thread-safe.
 */
final class Attempts {
    /** One failure may be chance; after the second the caller has waited long enough for this version. */
    private static final int TRIES_BEFORE_FALLBACK = 2;

    /** A version and where it runs. */
    record Step(String version, List<Target> targets) {}

    /** The next place, with a call granted there; {@code delay} is to pass before it is made. */
    record Next(String version, Target target, Duration delay) {}

    private final List<Step> steps;
    private final RetryBudget budget;
    private final RoutingSettings settings;
    private final RandomGenerator random;
    private final Set<Target> tried = new HashSet<>();
    private int step;
    private int made;
    /** Of the step. */
    private int triesHere;

    /** @param steps at least one: the version asked for, then its fallbacks */
    Attempts(List<Step> steps, RetryBudget budget, RoutingSettings settings, RandomGenerator random) {
        this.steps = steps;
        this.budget = budget;
        this.settings = settings;
        this.random = random;
    }

    /** @throws StoaException OVERLOADED if no place takes calls now */
    Next first() {
        budget.firstAttempt();
        Next next = fresh(false);
        if (next == null) {
            next = fallback();
        }
        if (next == null) {
            throw nowhere(soonest());
        }
        return next;
    }

    static StoaException nowhere(Duration retryAfter) {
        return new StoaException(ErrorKind.OVERLOADED, "No server of this model takes requests now.", retryAfter, null);
    }

    /**
     * Where to try after a failure.
     *
     * @param asked how long the place asked to be left alone; null if it did not
     * @param versionStands whether the caller was told already which version answers
     * @return null if nowhere: the failure is the caller's
     */
    @Nullable Next after(Target failed, StoaException why, @Nullable Duration asked, boolean versionStands) {
        if (asked != null) {
            failed.rest(asked);
        }
        if (made >= settings.attempts() || !mayPass(why.kind())) {
            return null;
        }
        boolean fallbackIsLeft = !versionStands && step + 1 < steps.size();
        Next next = null;
        if (!fallbackIsLeft || triesHere < TRIES_BEFORE_FALLBACK) {
            next = fresh(true);
            if (next == null) {
                next = again(failed, asked);
            }
        }
        return next == null && fallbackIsLeft ? fallback() : next;
    }

    /** Whether another try may do better: not where the request itself is at fault. */
    static boolean mayPass(ErrorKind kind) {
        return kind == ErrorKind.OVERLOADED
                || kind == ErrorKind.UNAVAILABLE
                || kind == ErrorKind.TIMEOUT
                || kind == ErrorKind.INTERNAL;
    }

    /** A deployment of this version that was not tried. */
    private @Nullable Next fresh(boolean retry) {
        List<Target> left = new ArrayList<>(steps.get(step).targets());
        left.removeAll(tried);
        while (!left.isEmpty()) {
            Target drawn = draw(left);
            if (drawn.tryCall()) {
                return retry ? retry(drawn, Duration.ZERO) : next(drawn, Duration.ZERO);
            }
            left.remove(drawn);
        }
        return null;
    }

    private @Nullable Next again(Target failed, @Nullable Duration asked) {
        if (!failed.worker().remote() || (asked != null && asked.compareTo(settings.backoffMax()) > 0)) {
            return null;
        }
        return failed.tryAgain() ? retry(failed, asked == null ? backoff() : asked) : null;
    }

    private @Nullable Next retry(Target granted, Duration delay) {
        if (budget.tryRetry()) {
            return next(granted, delay);
        }
        granted.released();
        return null;
    }

    /** Full jitter: anything up to the bound, so that those who failed together do not come back together. */
    private Duration backoff() {
        long bound = settings.backoff().toNanos() << Math.min(triesHere - 1, 20);
        return Duration.ofNanos(
                random.nextLong(1 + Math.min(bound, settings.backoffMax().toNanos())));
    }

    private @Nullable Next fallback() {
        while (step + 1 < steps.size()) {
            step++;
            triesHere = 0;
            Next next = fresh(false);
            if (next != null) {
                return next;
            }
        }
        return null;
    }

    private Next next(Target target, Duration delay) {
        made++;
        triesHere++;
        tried.add(target);
        return new Next(steps.get(step).version(), target, delay);
    }

    private Target draw(List<Target> from) {
        if (from.size() == 1) {
            return from.getFirst();
        }
        int left = random.nextInt(from.stream().mapToInt(Target::weight).sum());
        for (Target target : from) {
            left -= target.weight();
            if (left < 0) {
                return target;
            }
        }
        throw new IllegalStateException("a number below the sum of the weights is within one of them");
    }

    private Duration soonest() {
        return steps.stream()
                .flatMap(each -> each.targets().stream())
                .map(Target::untilCall)
                .min(Duration::compareTo)
                .filter(Duration::isPositive)
                .orElse(settings.backoffMax());
    }
}
