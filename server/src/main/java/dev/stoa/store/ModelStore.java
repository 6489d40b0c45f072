package dev.stoa.store;

import dev.stoa.shared.DurableFiles;
import dev.stoa.shared.Folders;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The models of this machine, content-addressed: a name points at a blob, several names may point at the same one, and
 * the last name to go takes the blob with it. Thread-safe, also between processes; see the package for the layout.
 */
public final class ModelStore {
    /** How long a download that nobody goes on with is kept. */
    static final Duration LEFTOVER_AGE_MAX = Duration.ofDays(7);

    private final Path root;
    private final Path blobs;
    private final Path locks;
    private final Manifests manifests;
    private final Catalogue catalogue;
    private final Clock clock;

    public ModelStore(Path root) {
        this(root, Catalogue.bundled(), Clock.systemUTC());
    }

    public ModelStore(Path root, Catalogue catalogue, Clock clock) {
        this.root = root.toAbsolutePath().normalize();
        this.blobs = this.root.resolve("blobs");
        this.locks = this.root.resolve("locks");
        this.manifests = new Manifests(this.root.resolve("models"), blobs);
        this.catalogue = catalogue;
        this.clock = clock;
    }

    /**
     * Where the store lies: {@code STOA_MODELS}, else {@code models} in the data folder.
     *
     * @param data the data folder; null for {@link Folders#data(Map)}
     */
    public static Path locate(Map<String, String> environment, @Nullable Path data) {
        String set = environment.getOrDefault("STOA_MODELS", "");
        return set.isBlank()
                ? (data == null ? Folders.data(environment) : data).resolve("models")
                : Folders.expand(set);
    }

    public Path root() {
        return root;
    }

    public Catalogue catalogue() {
        return catalogue;
    }

    /** All models by name. Damaged manifests are left out: see {@link #damaged}. */
    public List<StoredModel> list() {
        return listing().models();
    }

    /** Manifests that cannot be read, with the reason. */
    public Map<Path, String> damaged() {
        return listing().damaged();
    }

    /**
     * Finds a model by {@code name:variant}, or by its name alone: then the catalogue's default variant if it is here,
     * else the one that came first.
     *
     * @throws StoreException INVALID for a malformed name; CORRUPT if the manifest or the file is not what it should be
     */
    public Optional<StoredModel> find(String nameOrId) {
        if (nameOrId.contains(":")) {
            return find(ModelName.parse(nameOrId));
        }
        String name = ModelName.parse(nameOrId, ModelName.PLAIN_VARIANT).name();
        Optional<StoredModel> preferred = catalogue.find(name).flatMap(entry -> find(entry.id()));
        return preferred.isPresent()
                ? preferred
                : list().stream()
                        .filter(model -> model.id().name().equals(name))
                        .min(Comparator.comparing(StoredModel::addedAt).thenComparing(StoredModel::id))
                        .map(ModelStore::checked);
    }

    /** As {@link #find(String)}, by the whole name. */
    public Optional<StoredModel> find(ModelName id) {
        try {
            return Optional.ofNullable(manifests.find(id)).map(ModelStore::checked);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * Forgets a name, and deletes its file if no other name uses it. A server that has the file mapped keeps it until it
     * ends.
     *
     * @return whether the name was there
     */
    public boolean remove(ModelName id) throws InterruptedException {
        try {
            prepare();
            try (StoreLock _ = lock("store", ModelStore::waitInSilence)) {
                boolean known = manifests.exists(id); // a damaged one can be removed too
                if (known) {
                    manifests.delete(id);
                    sweepBlobs();
                }
                return known;
            }
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Kind.IO, "Cannot remove " + id + " from " + root + ": " + Disk.reason(e), e);
        }
    }

    /**
     * Takes a verified file into the store and gives it a name, which then points there whatever it was before.
     *
     * @param file on the store's file system, its bytes on the disk, and of the size and SHA-256 said; it is moved
     */
    StoredModel add(ModelName id, Path file, long size, String sha256, String source, String licence)
            throws IOException, InterruptedException {
        prepare();
        try (StoreLock _ = lock("store", ModelStore::waitInSilence)) {
            Path blob = blob(sha256);
            if (Files.exists(blob) && Files.size(blob) == size) {
                Files.deleteIfExists(file);
            } else {
                DurableFiles.move(file, blob);
            }
            return named(id, size, sha256, source, licence);
        }
    }

    /** Gives a blob that is here a name; empty if it is not here with its size. */
    Optional<StoredModel> addKnown(ModelName id, long size, String sha256, String source, String licence)
            throws IOException, InterruptedException {
        prepare();
        try (StoreLock _ = lock("store", ModelStore::waitInSilence)) {
            Path blob = blob(sha256);
            return Files.exists(blob) && Files.size(blob) == size
                    ? Optional.of(named(id, size, sha256, source, licence))
                    : Optional.empty();
        }
    }

    private StoredModel named(ModelName id, long size, String sha256, String source, String licence)
            throws IOException {
        StoredModel model = new StoredModel(id, blob(sha256), size, sha256, source, licence, clock.instant());
        manifests.write(model);
        return model;
    }

    Path blobs() {
        return blobs;
    }

    Path blob(String sha256) {
        return blobs.resolve("sha256-" + sha256);
    }

    /** Locks one download or the names; {@code key} is a file name. */
    StoreLock lock(String key, Runnable onWait) throws IOException, InterruptedException {
        return StoreLock.acquire(locks.resolve(key + ".lock"), onWait);
    }

    /** Makes the folders. */
    void prepare() throws IOException {
        Files.createDirectories(blobs);
        Files.createDirectories(locks);
    }

    /** Deletes downloads that nobody has gone on with for {@link #LEFTOVER_AGE_MAX}. */
    void cleanLeftovers() throws IOException {
        Instant oldest = clock.instant().minus(LEFTOVER_AGE_MAX);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(blobs)) {
            for (Path file : files) {
                String key = PartFile.keyOf(file.getFileName().toString());
                if (key != null && Files.getLastModifiedTime(file).toInstant().isBefore(oldest)) {
                    deleteUnlessInUse(key, file);
                }
            }
        }
    }

    /** The names are locked for moments only. */
    private static void waitInSilence() {}

    private void deleteUnlessInUse(String key, Path file) throws IOException {
        try (StoreLock lock = StoreLock.tryAcquire(locks.resolve(key + ".lock"))) {
            if (lock != null) {
                DurableFiles.deleteTree(file);
            }
        }
    }

    private void sweepBlobs() throws IOException {
        Manifests.Listing all = manifests.all();
        if (!all.damaged().isEmpty()) {
            return; // a damaged manifest may be the one that uses a blob
        }
        List<Path> used = all.models().stream().map(StoredModel::path).toList();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(blobs, "sha256-*")) {
            for (Path file : files) {
                if (PartFile.keyOf(file.getFileName().toString()) == null && !used.contains(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private Manifests.Listing listing() {
        try {
            return manifests.all();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static StoredModel checked(StoredModel model) {
        try {
            if (Files.size(model.path()) == model.size()) {
                return model;
            }
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Kind.CORRUPT,
                    "The file of " + model.id() + " is gone from the store (" + model.path()
                            + "); fetch it again: stoa pull " + model.id(),
                    e);
        }
        throw new StoreException(
                StoreException.Kind.CORRUPT,
                "The file of " + model.id() + " does not have its size of " + model.size() + " bytes (" + model.path()
                        + "); remove it with: stoa models rm " + model.id());
    }

    private StoreException unreadable(IOException e) {
        return new StoreException(
                StoreException.Kind.IO, "The model store " + root + " cannot be read: " + Disk.reason(e), e);
    }
}
