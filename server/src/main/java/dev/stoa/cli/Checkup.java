package dev.stoa.cli;

import dev.stoa.operations.DataFolder;
import dev.stoa.operations.DatabaseAddress;
import dev.stoa.operations.FileTrees;
import dev.stoa.operations.JvmPlan;
import dev.stoa.operations.MachineMemory;
import dev.stoa.operations.MemoryPlans;
import dev.stoa.operations.OperatorException;
import dev.stoa.operations.PortOwner;
import dev.stoa.operations.SettingsLoader;
import dev.stoa.operations.StoaSettings;
import dev.stoa.operations.postgres.EmbeddedPostgres;
import dev.stoa.operations.postgres.PostgresOptions;
import dev.stoa.store.CatalogueEntry;
import dev.stoa.store.ModelStore;
import dev.stoa.store.Sizes;
import dev.stoa.store.StoreException;
import dev.stoa.usage.kafka.KafkaCheck;
import dev.stoa.usage.kafka.KafkaSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/** The checks of {@code stoa doctor}, each bounded in time; none changes what is there. */
final class Checkup {
    private static final int JDK_MIN = 25;
    /** What Vite and ESLint take, as the launcher has it. */
    private static final String NODE_VERSIONS = "20.19, 22.13, 24 or newer";

    /** The service's own files: PostgreSQL's binaries and an empty database. */
    private static final long DISK_SERVICE_BYTES = 512L << 20;

    private static final Duration HUB_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TOOL_TIMEOUT = Duration.ofSeconds(5);

    private final SettingsLoader loaded;
    private final StoaSettings settings;
    private final KafkaSettings kafka;
    private final Map<String, String> environment;
    private final ModelStore store;

    Checkup(SettingsLoader loaded, Map<String, String> environment) {
        this.loaded = loaded;
        this.settings = loaded.settings();
        this.kafka = loaded.bound("usage.kafka", KafkaSettings.class);
        this.environment = environment;
        this.store = new ModelStore(settings.modelsFolder());
    }

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk());
        findings.add(Processor.check());
        findings.add(settings());
        findings.add(model());
        findings.add(memory());
        findings.add(folder());
        findings.add(disk());
        findings.add(port());
        findings.add(database());
        if (kafka.on()) {
            findings.add(kafka());
        }
        findings.add(node());
        findings.add(hub());
        return findings;
    }

    private static Finding jdk() {
        String what = "%s (%s)".formatted(Runtime.version(), System.getProperty("java.home"));
        return Runtime.version().feature() >= JDK_MIN
                ? Finding.ok("jdk", what)
                : Finding.fail("jdk", what, "Install a JDK of version 25 or newer, and set STOA_JAVA_HOME to it.");
    }

    /** They were bound without an error; what they name is looked at here. */
    Finding settings() {
        try {
            loaded.check();
            return Finding.ok("settings", "keys, secrets and files that they name can be used");
        } catch (OperatorException e) {
            return Finding.fail("settings", String.valueOf(e.getMessage()), "See the message above.");
        }
    }

    private Finding model() {
        try {
            return store.find(settings.model())
                    .map(model -> Finding.ok("model", model.id() + ", " + Sizes.format(model.size())))
                    .or(() -> store.catalogue()
                            .find(settings.model())
                            .map(entry -> Finding.ok(
                                    "model",
                                    entry.id() + " is not here yet: serve fetches " + Sizes.format(entry.size()))))
                    .orElseGet(() -> Finding.fail(
                            "model",
                            "%s is neither in %s nor in the catalogue".formatted(settings.model(), store.root()),
                            "./stoa pull it, or choose another one with --model; ./stoa models lists them."));
        } catch (StoreException e) {
            return Finding.fail("model", String.valueOf(e.getMessage()), "./stoa pull " + settings.model());
        }
    }

    private Finding memory() {
        JvmPlan plan = MemoryPlans.forModel(settings, store);
        String what = "%s; the JVM gets %s of heap, %s of it for keys and values"
                .formatted(
                        Sizes.format(MachineMemory.total()),
                        Sizes.format(plan.heapBytes()),
                        Sizes.format(plan.kvCacheBytes()));
        return plan.fits()
                ? Finding.ok("memory", what)
                : Finding.fail(
                        "memory",
                        what + ", but wants " + Sizes.format(plan.wantedBytes()),
                        "Choose a smaller model, a smaller --kv-cache, or a smaller limits.in-flight.");
    }

    private Finding folder() {
        Path existing = existing(settings.dataFolder());
        return Files.isWritable(existing)
                ? Finding.ok("data", settings.dataFolder().toString())
                : Finding.fail(
                        "data",
                        settings.dataFolder() + " cannot be written by this user",
                        "Give another folder with --data.");
    }

    private Finding disk() {
        try {
            long free = Files.getFileStore(existing(settings.modelsFolder())).getUsableSpace();
            long missing = store.find(settings.model()).isPresent()
                    ? 0
                    : store.catalogue()
                            .find(settings.model())
                            .map(CatalogueEntry::size)
                            .orElse(0L);
            long needed = DISK_SERVICE_BYTES + missing;
            String what = "%s free, %s needed".formatted(Sizes.format(free), Sizes.format(needed));
            return free >= needed
                    ? Finding.ok("disk", what)
                    : Finding.fail("disk", what, "Make room, or move with --data and --models.");
        } catch (IOException | StoreException e) {
            return Finding.warn(
                    "disk", "cannot be read: " + e.getMessage(), "Check the file system of the data folder.");
        }
    }

    private static Path existing(Path folder) {
        Path at = folder;
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }

    private Finding port() {
        try {
            PortOwner.requireFree(settings.bind(), settings.port());
            return Finding.ok("port", "%d on %s is free".formatted(settings.port(), settings.bind()));
        } catch (OperatorException e) {
            return Finding.fail("port", String.valueOf(e.getMessage()), "A Stoa that runs already takes it, too.");
        }
    }

    private Finding database() {
        try {
            if (!settings.database().isBlank()) {
                DatabaseAddress address = DatabaseAddress.parse(settings.database());
                address.requireReachable();
                return Finding.ok("database", address.place() + " answers");
            }
            if (Files.exists(settings.dataFolder().resolve("postgres/data"))) {
                return startOwn();
            }
            return startTrial();
        } catch (OperatorException e) {
            return Finding.fail("database", String.valueOf(e.getMessage()), "See the message above.");
        } catch (IOException e) {
            return Finding.fail(
                    "database", "cannot be tried: " + e.getMessage(), "Check the data folder's file system.");
        }
    }

    /** Where there is data, the check is that it starts; under the folder's lock, so never beside a running Stoa. */
    private Finding startOwn() {
        try (DataFolder folder = DataFolder.open(settings.dataFolder());
                EmbeddedPostgres server = EmbeddedPostgres.start(PostgresOptions.defaults(folder.path()))) {
            return Finding.ok("database", "embedded, starts (process %d), stopped again".formatted(server.pid()));
        }
    }

    /** Where there is none yet, a trial beside it, so that the first start stays the first. */
    private Finding startTrial() throws IOException {
        Path trial = Files.createTempDirectory(existing(settings.dataFolder()), "stoa-doctor-");
        try {
            Files.setPosixFilePermissions(trial, PosixFilePermissions.fromString("rwx--x--x"));
            EmbeddedPostgres.start(PostgresOptions.defaults(trial)).close();
            return Finding.ok("database", "embedded, can be made and started here");
        } finally {
            FileTrees.delete(trial);
        }
    }

    /** Without it the service runs, and usage waits in the database. */
    private Finding kafka() {
        // Its client would tell all of its settings and tries between the findings.
        LoggingSystem.get(Checkup.class.getClassLoader()).setLogLevel("org.apache.kafka", LogLevel.OFF);
        try {
            return Finding.ok("kafka", KafkaCheck.topic(kafka));
        } catch (OperatorException e) {
            return Finding.warn(
                    "kafka",
                    String.valueOf(e.getMessage()),
                    "Check usage.kafka.* and that the topic exists; until then usage events wait in the database.");
        }
    }

    private static Finding node() {
        String advice =
                "Install Node.js %s if you build from sources; a built Stoa does not need it.".formatted(NODE_VERSIONS);
        try {
            Process process = new ProcessBuilder("node", "--version").start();
            if (!process.waitFor(TOOL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Finding.warn("node", "does not answer", advice);
            }
            String version = process.inputReader().readLine();
            return version != null && nodeFits(version)
                    ? Finding.ok("node", version)
                    : Finding.warn("node", "is " + version, advice);
        } catch (IOException e) {
            return Finding.warn("node", "is not installed", advice);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.warn("node", "was not checked: interrupted", advice);
        }
    }

    static boolean nodeFits(String version) {
        Matcher number = Pattern.compile("v(\\d+)\\.(\\d+)").matcher(version);
        if (!number.lookingAt()) {
            return false;
        }
        int minor = Integer.parseInt(number.group(2));
        return switch (Integer.parseInt(number.group(1))) {
            case 20 -> minor >= 19;
            case 22 -> minor >= 13;
            default -> Integer.parseInt(number.group(1)) >= 24;
        };
    }

    private Finding hub() {
        String hub = environment.getOrDefault("HF_ENDPOINT", "https://huggingface.co");
        String advice = "Models that are here work; the two small ones also come from the mirror. Check proxy and"
                + " firewall, or set HF_ENDPOINT.";
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(HUB_TIMEOUT)
                .proxy(java.net.ProxySelector.getDefault())
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(hub))
                    .timeout(HUB_TIMEOUT)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build();
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return status < 400
                    ? Finding.ok("hub", hub + " answers")
                    : Finding.warn("hub", "%s answers %d".formatted(hub, status), advice);
        } catch (IOException | IllegalArgumentException e) {
            return Finding.warn("hub", "%s cannot be reached (%s)".formatted(hub, e), advice);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.warn("hub", "was not checked: interrupted", advice);
        }
    }
}
