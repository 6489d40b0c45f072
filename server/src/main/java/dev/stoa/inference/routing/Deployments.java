package dev.stoa.inference.routing;

import dev.stoa.inference.Worker;
import dev.stoa.inference.Workers;
import dev.stoa.inference.routing.ModelVersion.Deployment;
import dev.stoa.inference.upstream.UpstreamSettings;
import dev.stoa.inference.upstream.UpstreamSettings.Upstream;
import dev.stoa.inference.upstream.UpstreamSettings.UpstreamModel;
import dev.stoa.inference.upstream.Upstreams;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/**
 * The deployments of a catalogue as they can be called: clients of its upstreams, and a {@link Target} each. What did
 * not change from one catalogue to the next keeps its client and what was learnt of it; a client that is not named any
 * more ends by itself when its last answer has. Thread-safe.
 */
final class Deployments implements AutoCloseable {
    private static final DataSize LINE_MAX = DataSize.ofMegabytes(1);
    /** Answers are bounded by the version; this only fills the worker's own list. */
    private static final int CONTEXT = Integer.MAX_VALUE;

    private static final Logger log = LoggerFactory.getLogger(Deployments.class);

    private final Workers local;
    private final CatalogueStore store;
    private final RoutingSettings settings;
    private final Clock clock;
    private final BreakerJournal journal;
    /** Of models that the settings name and the catalogue does not. */
    private final Map<String, List<Target>> implicit = new ConcurrentHashMap<>();

    private volatile State state = new State(Map.of(), Map.of());

    private record Client(Catalogue.Upstream upstream, Set<String> models, Upstreams worker) {
        boolean serves(Catalogue.Upstream other, Set<String> wanted) {
            return upstream.server().equals(other.server())
                    && Arrays.equals(upstream.sealedKey(), other.sealedKey())
                    && models.equals(wanted);
        }
    }

    private record Key(String version, Deployment deployment, Worker worker) {}

    private record State(Map<String, Client> clients, Map<String, Map<Key, Target>> targets) {}

    Deployments(Workers local, CatalogueStore store, RoutingSettings settings, Clock clock, BreakerJournal journal) {
        this.local = local;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.journal = journal;
    }

    /** Takes up a new catalogue. */
    synchronized void replace(Catalogue catalogue) {
        State before = state;
        Map<String, Client> clients = new HashMap<>();
        catalogue.upstreams().forEach((name, upstream) -> {
            Client client = client(before.clients().get(name), upstream, modelsAt(catalogue, name));
            if (client != null) {
                clients.put(name, client);
            }
        });
        Map<String, Map<Key, Target>> targets = new HashMap<>();
        catalogue.versions().values().stream().map(Catalogue.Entry::version).forEach(version -> {
            Map<Key, Target> known = before.targets().getOrDefault(version.id(), Map.of());
            targets.put(version.id(), targets(version, clients, known));
        });
        state = new State(clients, targets);
    }

    private static Set<String> modelsAt(Catalogue catalogue, String upstream) {
        Set<String> models = new TreeSet<>();
        catalogue.versions().values().stream()
                .flatMap(entry -> entry.version().deployments().stream())
                .filter(deployment -> upstream.equals(deployment.upstream()))
                .forEach(deployment -> models.add(deployment.model()));
        return models;
    }

    private @Nullable Client client(@Nullable Client known, Catalogue.Upstream upstream, Set<String> models) {
        if (models.isEmpty()) {
            return null;
        }
        if (known != null && known.serves(upstream, models)) {
            return known;
        }
        UpstreamServer server = upstream.server();
        try {
            Upstream settings = new Upstream(
                    server.name(),
                    server.protocol(),
                    server.url(),
                    store.key(upstream),
                    "",
                    models.stream()
                            .map(model -> new UpstreamModel(model, "", List.of(), CONTEXT, 0))
                            .toList(),
                    server.maxTokensField(),
                    server.connectTimeout(),
                    server.firstTokenTimeout(),
                    server.idleTimeout(),
                    LINE_MAX,
                    server.onDisconnect());
            return new Client(upstream, models, new Upstreams(new UpstreamSettings(List.of(settings)), clock));
        } catch (IllegalArgumentException e) {
            log.error("The upstream {} can't be used: {}", server.name(), e.getMessage());
            return null;
        }
    }

    private Map<Key, Target> targets(ModelVersion version, Map<String, Client> clients, Map<Key, Target> known) {
        Map<Key, Target> targets = new HashMap<>();
        List<Deployment> deployments = version.deployments().isEmpty()
                ? List.of(new Deployment(null, version.id(), 1))
                : version.deployments();
        for (Deployment deployment : deployments) {
            Worker worker = worker(deployment, clients);
            if (worker != null) {
                Key key = new Key(version.id(), deployment, worker);
                Target target = known.get(key);
                targets.put(key, target == null ? target(version.id(), deployment, worker) : target);
            }
        }
        return targets;
    }

    private @Nullable Worker worker(Deployment deployment, Map<String, Client> clients) {
        if (deployment.upstream() == null) {
            return local.workerOf(deployment.model()).orElse(null);
        }
        Client client = clients.get(deployment.upstream());
        return client == null ? null : client.worker();
    }

    private Target target(String version, Deployment deployment, Worker worker) {
        return new Target(
                version + " " + deployment.name(),
                worker,
                deployment.model(),
                deployment.weight(),
                settings,
                clock,
                journal);
    }

    /** Where the version can be asked for; empty if nowhere, as when a key can't be opened. */
    List<Target> of(String version) {
        Map<Key, Target> known = state.targets().get(version);
        return known == null ? implicit(version) : new ArrayList<>(known.values());
    }

    /** A model of the settings; those that are not shown, such as mocks of any name, are not remembered. */
    private List<Target> implicit(String model) {
        List<Target> known = implicit.get(model);
        if (known != null) {
            return known;
        }
        List<Target> made = local.workerOf(model)
                .map(worker -> List.of(target(model, new Deployment(null, model, 1), worker)))
                .orElse(List.of());
        boolean shown = local.models().stream().anyMatch(each -> each.id().equals(model));
        if (!shown || made.isEmpty()) {
            return made;
        }
        List<Target> raced = implicit.putIfAbsent(model, made);
        return raced == null ? made : raced;
    }

    @Override
    public void close() {
        state.clients().values().forEach(client -> client.worker().close());
    }
}
