package dev.stoa.inference.routing;

import dev.stoa.inference.Workers;
import dev.stoa.inference.routing.Alias.Canary;
import dev.stoa.inference.routing.Alias.RolledBack;
import dev.stoa.inference.routing.ModelVersion.Deployment;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What operators do to the catalogue. A change is checked against all that it touches, under a lock; it holds on all
 * servers at once, as the database announces it. Callers join it to their own transaction with the audit record.
 * Thread-safe.
 */
public final class Catalogues {
    private final CatalogueStore store;
    private final Workers local;
    private final Routes routes;
    private final RolloutJournal journal;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Catalogues(
            CatalogueStore store,
            Workers local,
            Routes routes,
            RolloutJournal journal,
            TransactionTemplate transaction,
            Clock clock) {
        this.store = store;
        this.local = local;
        this.routes = routes;
        this.journal = journal;
        this.transaction = transaction;
        this.clock = clock;
    }

    public List<ModelVersion> versions() {
        return store.read().versions().values().stream()
                .map(Catalogue.Entry::version)
                .sorted(Comparator.comparing(ModelVersion::id))
                .toList();
    }

    public List<Alias> aliases() {
        return store.read().aliases().values().stream()
                .sorted(Comparator.comparing(Alias::name))
                .toList();
    }

    public List<UpstreamServer> upstreams() {
        return store.read().upstreams().values().stream()
                .map(Catalogue.Upstream::server)
                .sorted(Comparator.comparing(UpstreamServer::name))
                .toList();
    }

    /** Names of the upstreams that have a key. */
    public Set<String> upstreamsWithKey() {
        Set<String> names = new HashSet<>();
        store.read().upstreams().values().stream()
                .filter(upstream -> upstream.sealedKey() != null)
                .forEach(upstream -> names.add(upstream.server().name()));
        return names;
    }

    /** @throws StoaException INVALID_REQUEST if it names what is not there, CONFLICT if its id is an alias */
    public void put(ModelVersion version) {
        change(catalogue -> {
            if (catalogue.aliases().containsKey(version.id())) {
                throw conflict("“" + version.id() + "” is an alias.");
            }
            for (Deployment deployment : version.deployments()) {
                requireThere(catalogue, deployment);
            }
            if (version.deployments().isEmpty() && local.find(version.id()).isEmpty()) {
                throw invalid("deployments", "are needed: no model of this server has the id");
            }
            version.card().fallbacks().forEach(name -> requireVersion(catalogue, "fallbacks", name));
            if (version.card().fallbacks().contains(version.id())) {
                throw invalid("fallbacks", "can't hold the version itself");
            }
            if (version.shadow() != null) {
                requireVersion(catalogue, "shadow.version", version.shadow().version());
            }
            store.put(version);
        });
    }

    private void requireThere(Catalogue catalogue, Deployment deployment) {
        String upstream = deployment.upstream();
        if (upstream == null && local.find(deployment.model()).isEmpty()) {
            throw invalid("deployments", "name “" + deployment.model() + "”, which this server's settings don't");
        }
        if (upstream != null && !catalogue.upstreams().containsKey(upstream)) {
            throw invalid("deployments", "name the upstream “" + upstream + "”, which isn't there");
        }
    }

    /** @throws StoaException INVALID_REQUEST if it names what is not there, CONFLICT if its name is a version's */
    public void put(Alias alias) {
        change(catalogue -> {
            if (catalogue.versions().containsKey(alias.name())
                    || local.find(alias.name())
                            .filter(model -> model.id().equals(alias.name()))
                            .isPresent()) {
                throw conflict("“" + alias.name() + "” is a model's own name.");
            }
            requireVersion(catalogue, "version", alias.version());
            Canary canary = alias.canary();
            if (canary != null) {
                requireVersion(catalogue, "canary.version", canary.version());
                if (canary.version().equals(alias.version())) {
                    throw invalid("canary.version", "must be another version than the alias's");
                }
            }
            store.put(alias);
        });
    }

    private void requireVersion(Catalogue catalogue, String field, String name) {
        boolean there = catalogue.versions().containsKey(name)
                || local.find(name).filter(model -> model.id().equals(name)).isPresent();
        if (!there) {
            throw invalid(field, "names “" + name + "”, which is no model's own name here");
        }
    }

    /** @param key null keeps the one that is there; empty removes it */
    public void put(UpstreamServer server, @Nullable String key) {
        change(_ -> store.put(server, key));
    }

    /** @throws StoaException NOT_FOUND, CONFLICT if something names it */
    public void deleteVersion(String id) {
        change(catalogue -> {
            List<String> users = new ArrayList<>();
            if (local.find(id).isEmpty()) {
                catalogue.aliases().values().stream()
                        .filter(alias -> alias.version().equals(id)
                                || (alias.canary() != null
                                        && alias.canary().version().equals(id)))
                        .forEach(alias -> users.add(alias.name()));
                catalogue.versions().values().stream()
                        .map(Catalogue.Entry::version)
                        .filter(version -> version.card().fallbacks().contains(id)
                                || (version.shadow() != null
                                        && version.shadow().version().equals(id)))
                        .forEach(version -> users.add(version.id()));
            }
            requireUnused(users);
            requireFound(store.deleteVersion(id), id);
        });
    }

    /** @throws StoaException NOT_FOUND */
    public void deleteAlias(String name) {
        change(_ -> requireFound(store.deleteAlias(name), name));
    }

    /** @throws StoaException NOT_FOUND, CONFLICT if a version runs there */
    public void deleteUpstream(String name) {
        change(catalogue -> {
            requireUnused(catalogue.versions().values().stream()
                    .map(Catalogue.Entry::version)
                    .filter(version -> version.deployments().stream()
                            .anyMatch(deployment -> Objects.equals(deployment.upstream(), name)))
                    .map(ModelVersion::id)
                    .toList());
            requireFound(store.deleteUpstream(name), name);
        });
    }

    /** Ends a rollout for a reason, unless it has ended or been changed meanwhile; true if this call ended it. */
    boolean rollBack(Alias judged, String reason) {
        return Boolean.TRUE.equals(transaction.execute(_ -> {
            store.lock();
            Alias now = store.read().aliases().get(judged.name());
            Canary canary = now == null ? null : now.canary();
            if (now == null || canary == null || !now.equals(judged)) {
                return false;
            }
            Canary ended = new Canary(
                    canary.version(),
                    canary.percent(),
                    canary.sticky(),
                    canary.rollback(),
                    new RolledBack(clock.instant(), reason));
            store.put(new Alias(now.name(), now.version(), ended));
            journal.rolledBack(now, reason);
            refreshAfterCommit();
            return true;
        }));
    }

    /** The announcement comes a moment later; whoever made the change finds it made. */
    private void refreshAfterCommit() {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                routes.refresh();
            }
        });
    }

    private interface Change {
        void apply(Catalogue now);
    }

    private void change(Change change) {
        transaction.executeWithoutResult(_ -> {
            store.lock();
            change.apply(store.read());
            refreshAfterCommit();
        });
    }

    private static void requireUnused(List<String> users) {
        if (!users.isEmpty()) {
            throw conflict("It is in use by " + String.join(", ", users) + ".");
        }
    }

    private static void requireFound(boolean found, String name) {
        if (!found) {
            throw new StoaException(ErrorKind.NOT_FOUND, "“" + name + "” names nothing here.");
        }
    }

    private static StoaException invalid(String field, String problem) {
        return StoaException.about(ErrorKind.INVALID_REQUEST, field, problem);
    }

    private static StoaException conflict(String message) {
        return new StoaException(ErrorKind.CONFLICT, message);
    }
}
