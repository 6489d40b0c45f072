package dev.stoa.inference.routing;

import dev.stoa.inference.Affinity;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import dev.stoa.inference.ModelStatus;
import dev.stoa.inference.Prices;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.Wire;
import dev.stoa.inference.Workers;
import dev.stoa.inference.reuse.Answers;
import dev.stoa.inference.routing.Alias.Canary;
import dev.stoa.inference.routing.RoutedStream.Attempt;
import dev.stoa.inference.routing.RoutedStream.Result;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models by their names, and each request's way to a deployment that answers it. Watches rollouts by what their requests
 * come to, and ends those that do worse. Thread-safe.
 */
final class Router implements Inference {
    private static final Logger log = LoggerFactory.getLogger(Router.class);

    private final Workers local;
    private final Routes routes;
    private final Catalogues catalogues;
    private final RoutingSettings settings;
    private final RetryBudget budget;
    private final Rollouts rollouts;
    private final Consumer<String> forgotten;
    private final Shadows shadows;
    private final Answers answers;
    private final MeterRegistry meters;
    private final RandomGenerator random;
    private final LongSupplier nanoClock;
    /** Rollouts that are being ended. */
    private final Set<Alias> ending = ConcurrentHashMap.newKeySet();

    /** @param forgotten hears of versions whose rollout begins */
    Router(
            Workers local,
            Routes routes,
            Catalogues catalogues,
            RoutingSettings settings,
            Rollouts rollouts,
            Consumer<String> forgotten,
            Shadows shadows,
            Answers answers,
            MeterRegistry meters,
            RandomGenerator random,
            LongSupplier nanoClock) {
        this.local = local;
        this.routes = routes;
        this.catalogues = catalogues;
        this.settings = settings;
        this.budget = new RetryBudget(settings.retryBudget(), settings.retryReserve());
        this.rollouts = rollouts;
        this.forgotten = forgotten;
        this.shadows = shadows;
        this.answers = answers;
        this.meters = meters;
        this.random = random;
        this.nanoClock = nanoClock;
        routes.listen(this::changes);
    }

    /** A rollout that is new begins with nothing seen. */
    private void changes(Catalogue before, Catalogue next) {
        next.aliases().forEach((name, alias) -> {
            Canary canary = alias.canary();
            if (canary != null && !Objects.equals(before.aliases().get(name), alias)) {
                rollouts.forget(canary.version());
                forgotten.accept(canary.version());
            }
        });
        ending.retainAll(next.aliases().values());
    }

    @Override
    public List<Model> models() {
        return routes.models();
    }

    @Override
    public Model model(String nameOrAlias) {
        return routes.model(nameOrAlias);
    }

    @Override
    public Model choose(String nameOrAlias, Affinity caller) {
        return routes.choose(nameOrAlias, caller);
    }

    @Override
    public @Nullable Prices prices(String model) {
        return routes.prices(model);
    }

    @Override
    public boolean knowsTools(String nameOrAlias) {
        return routes.knowsTools(nameOrAlias);
    }

    @Override
    public boolean passes(String nameOrAlias, Wire wire) {
        return routes.passes(nameOrAlias, wire);
    }

    @Override
    public boolean joinsTurns(String nameOrAlias) {
        return routes.joinsTurns(nameOrAlias);
    }

    @Override
    public int countTokens(GenerationRequest request) {
        String version = routes.model(request.model()).id();
        Target target = routes.steps(version, true).getFirst().targets().stream()
                .findFirst()
                .orElseThrow(() -> Attempts.nowhere(settings.backoffMax()));
        return target.worker().countTokens(request.withModel(target.model()));
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        String version = routes.model(request.model()).id();
        return answers.start(request.withModel(version), () -> routes.revision(version), this::run);
    }

    /** @param request by a version's own name */
    private TokenStream run(GenerationRequest request) {
        String version = request.model();
        // An answer that was begun goes on only where it was begun: no other model would go on with its tokens.
        boolean alone = !request.begun().isEmpty();
        ModelVersion.Shadow shadow = alone ? null : routes.shadow(version);
        if (shadow != null && random.nextInt(100) < shadow.percent()) {
            shadows.send(
                    request,
                    shadow.version(),
                    copy -> stream(copy, copy.model(), true, (attempt, result, _) -> count(attempt, result)));
        }
        return stream(request, version, alone, this::ended);
    }

    private TokenStream stream(GenerationRequest request, String version, boolean alone, RoutedStream.Ledger ledger) {
        Attempts attempts = new Attempts(routes.steps(version, alone), budget, settings, random);
        return new RoutedStream(request, attempts, ledger, settings.hold(), nanoClock);
    }

    /** Copies are only counted: they wait behind everybody else, and say nothing of how a rollout does. */
    private void count(Attempt attempt, Result result) {
        if (attempt.target().worker().remote()) {
            meters.counter(
                            "stoa_route_attempts",
                            "deployment",
                            attempt.target().name(),
                            "result",
                            result.name().toLowerCase(Locale.ROOT))
                    .increment();
        }
    }

    private void ended(Attempt attempt, Result result, @Nullable Duration firstToken) {
        count(attempt, result);
        List<Alias> watched = routes.rolloutsOf(attempt.version());
        if (watched.isEmpty() || result == Result.DROPPED) {
            return;
        }
        rollouts.record(attempt.version(), result == Result.FAILED, firstToken);
        watched.forEach(this::judge);
    }

    /** Judges all rollouts anew: other servers have told of their requests. */
    void judgeAll() {
        routes.running().forEach(this::judge);
    }

    private void judge(Alias alias) {
        Canary canary = Objects.requireNonNull(alias.canary());
        rollouts.verdict(alias.version(), canary).ifPresent(reason -> {
            if (ending.add(alias)) {
                // The request that showed it does not wait for the database.
                Thread.ofVirtual().name("stoa-rollback").start(() -> rollBack(alias, canary, reason));
            }
        });
    }

    private void rollBack(Alias alias, Canary canary, String reason) {
        try {
            if (catalogues.rollBack(alias, reason)) {
                log.warn("The rollout of {} for {} was rolled back: {}", canary.version(), alias.name(), reason);
                meters.counter("stoa_rollbacks", "alias", alias.name()).increment();
            }
        } catch (RuntimeException e) {
            ending.remove(alias);
            log.error("The rollout of {} for {} could not be rolled back", canary.version(), alias.name(), e);
        }
    }

    @Override
    public ModelStatus status() {
        return local.status();
    }

    @Override
    public boolean healthy(Duration bound) {
        return local.healthy(bound);
    }
}
