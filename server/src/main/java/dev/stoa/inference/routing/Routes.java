package dev.stoa.inference.routing;

import dev.stoa.inference.Affinity;
import dev.stoa.inference.Lifecycle;
import dev.stoa.inference.Model;
import dev.stoa.inference.Prices;
import dev.stoa.inference.Wire;
import dev.stoa.inference.Workers;
import dev.stoa.inference.routing.Alias.Canary;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From names to models: the catalogue over what the server's settings name. A name of the catalogue goes before one of
 * the settings, an alias before a model. Thread-safe.
 */
final class Routes {
    /** For a version of which nobody said anything. */
    private static final int CONTEXT_DEFAULT = 32_768;
    /** Shares are told apart to a hundredth of a percent. */
    private static final int SLOTS = 10_000;

    private final Workers local;
    private final Deployments deployments;
    private final CatalogueStore store;
    private final Clock clock;
    private Listener listener = (_, _) -> {};
    private volatile Catalogue catalogue = Catalogue.EMPTY;

    Routes(Workers local, Deployments deployments, CatalogueStore store, Clock clock) {
        this.local = local;
        this.deployments = deployments;
        this.store = store;
        this.clock = clock;
    }

    /** Hears of a new catalogue before it holds. */
    interface Listener {
        void changes(Catalogue before, Catalogue next);
    }

    /** @param told of every change from now on; called once, before the first {@link #refresh} */
    void listen(Listener told) {
        listener = told;
    }

    /** Takes up the catalogue as it lies in the database. */
    synchronized void refresh() {
        Catalogue next = store.read();
        deployments.replace(next);
        listener.changes(catalogue, next);
        catalogue = next;
    }

    /** All that are not retired: the settings' first, as their first is the default. */
    List<Model> models() {
        Catalogue now = catalogue;
        Set<String> ids = new LinkedHashSet<>();
        local.models().forEach(model -> ids.add(model.id()));
        now.versions().keySet().stream().sorted().forEach(ids::add);
        return ids.stream()
                .flatMap(id -> find(now, id).stream())
                .filter(model -> model.card().lifecycle().at(clock.instant()) != Lifecycle.State.RETIRED)
                .toList();
    }

    /** @throws StoaException as {@link dev.stoa.inference.Inference#model} */
    Model model(String name) {
        Catalogue now = catalogue;
        Alias alias = now.aliases().get(name);
        return offered(find(now, alias == null ? name : alias.version()).orElseThrow(() -> Workers.unknown(name)));
    }

    /** @throws StoaException as {@link dev.stoa.inference.Inference#choose} */
    Model choose(String name, Affinity caller) {
        Catalogue now = catalogue;
        Alias alias = now.aliases().get(name);
        Canary canary = alias == null ? null : alias.canary();
        if (canary != null && canary.runs() && slot(name, canary, caller) < canary.percent() * (SLOTS / 100)) {
            Optional<Model> chosen = find(now, canary.version())
                    .filter(model -> model.card().lifecycle().at(clock.instant()) != Lifecycle.State.RETIRED);
            if (chosen.isPresent()) {
                return chosen.get();
            }
        }
        return model(name);
    }

    /** Where a caller stands for a rollout: the same for every request and server, and another for each rollout. */
    private static int slot(String alias, Canary canary, Affinity caller) {
        String who = canary.sticky() == Alias.Sticky.KEY ? caller.key() : caller.user();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((alias + "\n" + canary.version() + "\n" + who).getBytes(StandardCharsets.UTF_8));
            return Math.floorMod(ByteBuffer.wrap(digest).getLong(), SLOTS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private Model offered(Model model) {
        Lifecycle lifecycle = model.card().lifecycle();
        if (lifecycle.at(clock.instant()) != Lifecycle.State.RETIRED) {
            return model;
        }
        String since = String.valueOf(lifecycle.retiresAt()).substring(0, 10);
        throw StoaException.about(
                ErrorKind.NOT_FOUND,
                "model",
                "“" + model.id() + "” was retired on " + since
                        + (lifecycle.replacement() == null ? "" : "; use “" + lifecycle.replacement() + "” instead"));
    }

    private Optional<Model> find(Catalogue now, String name) {
        Optional<Model> known = local.find(name);
        Catalogue.Entry entry = now.versions().get(known.map(Model::id).orElse(name));
        if (entry == null) {
            return known.map(model -> withAliases(now, model));
        }
        ModelVersion version = entry.version();
        // Under another version's id, the name is the server's own model and no deployment of the version's.
        Optional<Model> own = known.filter(model -> model.id().equals(version.id()));
        int context = version.contextLength() > 0
                ? version.contextLength()
                : own.map(Model::contextLength).orElse(CONTEXT_DEFAULT);
        boolean ready = version.deployments().isEmpty() ? own.map(Model::ready).orElse(false) : true;
        Instant created = own.map(Model::createdAt).orElse(entry.createdAt()).truncatedTo(ChronoUnit.SECONDS);
        return Optional.of(new Model(
                version.id(),
                aliases(now, version.id(), own.map(Model::aliases).orElse(List.of())),
                version.displayName(),
                created,
                context,
                ready,
                version.card()));
    }

    private static Model withAliases(Catalogue now, Model model) {
        return now.aliases().isEmpty()
                ? model
                : new Model(
                        model.id(),
                        aliases(now, model.id(), model.aliases()),
                        model.displayName(),
                        model.createdAt(),
                        model.contextLength(),
                        model.ready(),
                        model.card());
    }

    /** An alias of the settings that the catalogue gives to another version is not the model's any more. */
    private static List<String> aliases(Catalogue now, String id, List<String> own) {
        Set<String> names = new LinkedHashSet<>(own);
        names.removeAll(now.aliases().keySet());
        names.addAll(now.aliasesOf(id));
        return List.copyOf(names);
    }

    @Nullable Prices prices(String id) {
        ModelVersion version = catalogue.version(id);
        return version == null ? null : version.card().prices();
    }

    /** As {@link dev.stoa.inference.Inference#knowsTools}. */
    boolean knowsTools(String name) {
        Catalogue now = catalogue;
        Alias alias = now.aliases().get(name);
        Optional<Model> model = find(now, alias == null ? name : alias.version());
        if (model.isEmpty() || model.get().card().capabilities().contains("tools")) {
            return model.isPresent();
        }
        String id = model.get().id();
        ModelVersion version = now.version(id);
        boolean own = version == null || version.deployments().isEmpty();
        return own && local.workerOf(id).map(worker -> worker.knowsTools(id)).orElse(false);
    }

    /** As {@link dev.stoa.inference.Inference#passes}. */
    boolean passes(String name, Wire wire) {
        return all(name, target -> target.worker().passes(target.model(), wire));
    }

    /** As {@link dev.stoa.inference.Inference#joinsTurns}. */
    boolean joinsTurns(String name) {
        return !all(name, target -> !target.worker().joinsTurns(target.model()));
    }

    /** Whether there are places that may answer for a name, and all of them are such. */
    private boolean all(String name, Predicate<Target> such) {
        Catalogue now = catalogue;
        Alias alias = now.aliases().get(name);
        Canary canary = alias == null ? null : alias.canary();
        Optional<Model> model = find(now, alias == null ? name : alias.version());
        return model.isPresent() && allOf(model.get().id(), such) && (canary == null || allOf(canary.version(), such));
    }

    private boolean allOf(String version, Predicate<Target> such) {
        return steps(version, false).stream()
                .map(Attempts.Step::targets)
                .allMatch(targets -> !targets.isEmpty() && targets.stream().allMatch(such));
    }

    /** What stands behind a version now: another text when the same request may be answered otherwise. */
    String revision(String id) {
        Catalogue now = catalogue;
        ModelVersion version = now.version(id);
        if (version == null || version.deployments().isEmpty()) {
            return own(id);
        }
        return version.deployments().stream()
                .map(deployment -> revision(now, deployment))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private String revision(Catalogue now, ModelVersion.Deployment deployment) {
        Catalogue.Upstream upstream =
                deployment.upstream() == null ? null : now.upstreams().get(deployment.upstream());
        return upstream == null ? own(deployment.model()) : upstream.server().url() + " " + deployment.model();
    }

    private String own(String model) {
        return local.workerOf(model).map(worker -> worker.revision(model)).orElse("");
    }

    ModelVersion.@Nullable Shadow shadow(String id) {
        ModelVersion version = catalogue.version(id);
        return version == null ? null : version.shadow();
    }

    /**
     * Where a request for a version may be tried: the version, then its fallbacks but for those that are retired.
     *
     * @param alone leaves the fallbacks out
     */
    List<Attempts.Step> steps(String id, boolean alone) {
        Catalogue now = catalogue;
        List<Attempts.Step> steps = new ArrayList<>();
        steps.add(new Attempts.Step(id, deployments.of(id)));
        ModelVersion version = now.version(id);
        if (version == null || alone) {
            return steps;
        }
        for (String fallback : version.card().fallbacks()) {
            ModelVersion other = now.version(fallback);
            if (other == null || other.card().lifecycle().at(clock.instant()) != Lifecycle.State.RETIRED) {
                steps.add(new Attempts.Step(fallback, deployments.of(fallback)));
            }
        }
        return steps;
    }

    /** Versions that running rollouts compare. */
    Set<String> watched() {
        Set<String> versions = new LinkedHashSet<>();
        running().forEach(alias -> {
            versions.add(alias.version());
            versions.add(Objects.requireNonNull(alias.canary()).version());
        });
        return versions;
    }

    /** Aliases whose rollout runs. */
    List<Alias> running() {
        return catalogue.aliases().values().stream()
                .filter(alias -> alias.canary() != null && alias.canary().runs())
                .toList();
    }

    /** Aliases in whose running rollout the version is the base or the canary. */
    List<Alias> rolloutsOf(String version) {
        Catalogue now = catalogue;
        if (now.aliases().isEmpty()) {
            return List.of();
        }
        return now.aliases().values().stream()
                .filter(alias -> rollsOut(alias, version))
                .toList();
    }

    private static boolean rollsOut(Alias alias, String version) {
        Canary canary = alias.canary();
        return canary != null
                && canary.runs()
                && (alias.version().equals(version) || canary.version().equals(version));
    }
}
