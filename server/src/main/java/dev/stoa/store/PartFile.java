package dev.stoa.store;

import dev.stoa.shared.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A download that is not finished: bytes only appended, their SHA-256 kept along, and beside them what is needed to go on
 * another day (the address and the server's validator). Not thread-safe; its owner holds the lock of its key.
 */
final class PartFile implements AutoCloseable {
    static final String SUFFIX = ".part";
    private static final String ORIGIN_SUFFIX = ".part.json";
    static final String MIRROR_SUFFIX = ".mirror";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int READ_BYTES = 1 << 20;

    private final Disk disk;
    private final Path path;
    private final Path originPath;
    private final MessageDigest digest = sha256();
    private @Nullable OutputStream out;
    private long length;

    /** Where the bytes come from, as a hash of the address; {@code validator} is a strong ETag, or null if the server gives none. */
    record Origin(String address, @Nullable String validator) {}

    PartFile(Disk disk, Path blobs, String key) {
        this.disk = disk;
        this.path = blobs.resolve(key + SUFFIX);
        this.originPath = blobs.resolve(key + ORIGIN_SUFFIX);
    }

    /** The key of a part's file, its origin's, or a mirror's folder; null for other files. */
    static @Nullable String keyOf(String fileName) {
        for (String suffix : new String[] {ORIGIN_SUFFIX, SUFFIX, MIRROR_SUFFIX}) {
            if (fileName.endsWith(suffix)) {
                return fileName.substring(0, fileName.length() - suffix.length());
            }
        }
        return null;
    }

    /** Reads what an earlier run left, hashing it; the part then has its {@link #length}. */
    void open(Progress progress) throws IOException, InterruptedException {
        length = 0;
        if (Files.exists(path)) {
            long total = Files.size(path);
            progress.phase(PullPhase.VERIFYING, 0, total);
            byte[] buffer = new byte[READ_BYTES];
            try (InputStream in = Files.newInputStream(path)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    digest.update(buffer, 0, n);
                    length += n;
                    progress.at(length);
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
            }
        }
    }

    Path path() {
        return path;
    }

    long length() {
        return length;
    }

    /** What was noted of the part's origin; null if nothing was, or it cannot be read. */
    @Nullable Origin origin() throws IOException {
        if (!Files.exists(originPath)) {
            return null;
        }
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(originPath));
            JsonNode validator = json.path("validator");
            return new Origin(json.path("address").asString(""), validator.isString() ? validator.stringValue() : null);
        } catch (JacksonException e) {
            return null; // half written in a crash: the part then starts anew
        }
    }

    void note(Origin origin) throws IOException {
        var json = JSON.createObjectNode().put("address", origin.address());
        if (origin.validator() != null) {
            json.put("validator", origin.validator());
        }
        DurableFiles.write(originPath, JSON.writeValueAsBytes(json));
    }

    /**
     * Appends.
     *
     * @throws StoreException DISK_FULL or IO: of the disk, never of the network
     */
    void write(ByteBuffer bytes) {
        byte[] chunk = new byte[bytes.remaining()];
        bytes.get(chunk);
        try {
            if (out == null) {
                out = disk.append(path);
            }
            out.write(chunk);
        } catch (IOException e) {
            throw Disk.failure(disk, path, e);
        }
        digest.update(chunk);
        length += chunk.length;
    }

    /** Empties it, to begin again. */
    void restart() throws IOException {
        closeQuietly();
        Files.deleteIfExists(path);
        digest.reset();
        length = 0;
    }

    /** Brings its bytes to the disk and tells their SHA-256; nothing can be appended afterwards. */
    String finish() {
        try {
            if (out == null) {
                // Nothing was appended in this run: an earlier one's bytes, or a link to somebody else's file.
                if (Files.exists(path)) {
                    DurableFiles.sync(path);
                }
            } else {
                disk.sync(out);
                out.close();
                out = null;
            }
        } catch (IOException e) {
            throw Disk.failure(disk, path, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Removes it and its origin. */
    void discard() throws IOException {
        restart();
        Files.deleteIfExists(originPath);
    }

    /** Removes the note of its origin, once the part has its final name. */
    void forgetOrigin() throws IOException {
        Files.deleteIfExists(originPath);
    }

    /** Closes the file and keeps it, for a later run to go on. */
    @Override
    public void close() {
        closeQuietly();
    }

    private void closeQuietly() {
        OutputStream open = out;
        out = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // Every write went to the file at once, so closing has nothing left to lose.
                return;
            }
        }
    }

    /** SHA-256 of a text, for keys. */
    static String sha256Hex(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
