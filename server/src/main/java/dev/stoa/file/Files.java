package dev.stoa.file;

import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The files of the caller's workspace; nothing of another one is ever found. Thread-safe. */
@Service
public final class Files {
    private static final Logger LOG = LoggerFactory.getLogger(Files.class);
    private static final int NAME_LENGTH_MAX = 255;

    private final FileRepository repository;
    private final BlobStore blobs;
    private final FileLimits limits;
    private final Uploads uploads = new Uploads();
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Uuid7 ids;

    Files(
            FileRepository repository,
            BlobStore blobs,
            FileLimits limits,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.blobs = blobs;
        this.limits = limits;
        this.transaction = transaction;
        this.clock = clock;
        this.ids = new Uuid7(clock, random);
    }

    /**
     * Takes bytes in, of which nothing is known yet. No connection to the database is held while they come. They count as
     * their organization's until they are closed.
     *
     * @throws StoaException TOO_LARGE, OVERLOADED; PERMISSION if the organization has no room left
     * @throws IOException from {@code in}
     */
    public BlobStore.Staged receive(Caller caller, InputStream in) throws IOException {
        UUID organization = caller.organizationId();
        long kept = repository.organizationBytes(organization);
        Uploads.Share share = uploads.new Share(organization);
        boolean whole = false;
        try {
            InputStream counted = share.counting(in, unfinished -> requireRoom(kept + unfinished));
            BlobStore.Staged staged =
                    new Uploads.Counted(blobs.stage(counted, limits.size().toBytes()), share);
            whole = true;
            return staged;
        } finally {
            if (!whole) {
                share.end();
            }
        }
    }

    /**
     * Takes in what the server itself writes for a caller, which counts once it is kept.
     *
     * @throws StoaException TOO_LARGE, OVERLOADED
     */
    public BlobStore.Staged write(InputStream in) throws IOException {
        return blobs.stage(in, limits.size().toBytes());
    }

    /**
     * Makes a file of what was received. Once this returns, it survives a crash.
     *
     * @throws StoaException INVALID_REQUEST for the name; PERMISSION if the organization has no room left
     */
    public StoredFile keep(Caller caller, BlobStore.Staged received, NewFile described) {
        requireName(described.name());
        // As PostgreSQL keeps it, so that it reads the same now and later.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        StoredFile file = new StoredFile(
                ids.next(),
                described.name(),
                described.mediaType(),
                described.purpose(),
                received.bytes(),
                received.hash(),
                now,
                described.lifetime() == null ? null : now.plus(described.lifetime()));
        transaction.executeWithoutResult(_ -> {
            // Always the organization first, then the content: two orders could wait for each other.
            repository.lock(caller.organizationId().toString());
            requireShare(caller, file.bytes());
            repository.lock(file.content());
            try {
                received.publish();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            repository.insert(caller, file);
        });
        if (received instanceof Uploads.Counted counted) {
            counted.end();
        }
        return file;
    }

    private void requireShare(Caller caller, long bytes) {
        requireRoom(repository.organizationBytes(caller.organizationId()) + bytes);
    }

    private void requireRoom(long all) {
        long most = limits.organizationSize().toBytes();
        if (all > most) {
            throw new StoaException(
                    ErrorKind.PERMISSION,
                    "The files of this organization would have more than " + most + " bytes; delete some first.");
        }
    }

    private static void requireName(String name) {
        boolean plain = name.chars().noneMatch(c -> Character.isISOControl(c) || c == '/' || c == '\\');
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX || !plain) {
            throw StoaException.about(
                    ErrorKind.INVALID_REQUEST,
                    "file",
                    "needs a filename of 1 to " + NAME_LENGTH_MAX
                            + " characters, without slashes and control characters");
        }
    }

    /** @throws StoaException NOT_FOUND */
    public StoredFile get(Caller caller, UUID id) {
        return repository
                .find(caller, id, clock.instant())
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such file."));
    }

    public FilePage list(Caller caller, FileQuery query) {
        List<StoredFile> found = repository.list(caller, query, clock.instant());
        boolean more = found.size() > query.limit();
        List<StoredFile> page = more ? found.subList(0, query.limit()) : found;
        return new FilePage(query.before() == null ? page : page.reversed(), more);
    }

    /** The bytes of a file, for the caller to close. A file that is deleted meanwhile is still read to its end. */
    public InputStream open(StoredFile file) throws IOException {
        try {
            return blobs.open(file.content());
        } catch (NoSuchFileException e) {
            throw new StoaException(
                    ErrorKind.INTERNAL,
                    "The content of this file isn't on this server: servers on one database must share stoa.files.folder.",
                    null,
                    e);
        }
    }

    /** @throws StoaException NOT_FOUND */
    public StoredFile delete(Caller caller, UUID id) {
        StoredFile file = get(caller, id);
        if (!repository.delete(id)) {
            throw new StoaException(ErrorKind.NOT_FOUND, "There is no such file.");
        }
        dropIfUnnamed(file.content());
        return file;
    }

    /** Removes what is past its time, and blobs older than a time that no file names. */
    void sweep(Instant abandonedBefore) throws IOException {
        repository.deleteExpired(clock.instant()).forEach(this::dropIfUnnamed);
        blobs.sweep(abandonedBefore, this::dropIfUnnamed);
    }

    private void dropIfUnnamed(String content) {
        transaction.executeWithoutResult(_ -> {
            repository.lock(content);
            if (repository.named(content)) {
                return;
            }
            try {
                blobs.delete(content);
            } catch (IOException e) {
                LOG.warn("The content {} could not be removed; the next sweep tries again: {}", content, e.toString());
            }
        });
    }
}
