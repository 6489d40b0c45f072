package dev.stoa.file;

import dev.stoa.shared.DurableFiles;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Blobs in a folder: {@code ab/abcd…} for the published, {@code staged/} for those on their way. Bytes reach the medium
 * before a name does, so a blob is whole or absent.
 */
final class FolderBlobStore implements BlobStore {
    private static final int BUFFER_BYTES = 1 << 16;
    /** How much is written between two looks at the free room. */
    private static final long LOOK_BYTES = 16L << 20;

    private static final Pattern PART = Pattern.compile("[0-9a-f]{2}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /** Bytes free where a folder lies. */
    interface Room {
        long bytes(Path folder) throws IOException;
    }

    private final Path folder;
    private final Path staged;
    private final long margin;
    private final Room room;
    private final Clock clock;

    /** @param margin bytes that stay free on the disk */
    FolderBlobStore(Path folder, long margin, Room room, Clock clock) {
        this.folder = folder;
        this.staged = folder.resolve("staged");
        this.margin = margin;
        this.room = room;
        this.clock = clock;
    }

    @Override
    public Staged stage(InputStream in, long bytesMax) throws IOException {
        Files.createDirectories(staged);
        Path file = staged.resolve(UUID.randomUUID().toString());
        boolean whole = false;
        try {
            StagedFile result = copy(in, file, bytesMax);
            whole = true;
            return result;
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private StagedFile copy(InputStream in, Path file, long bytesMax) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long bytes = 0;
        long lookAt = 0;
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (bytes >= lookAt) {
                    requireRoom();
                    lookAt = bytes + LOOK_BYTES;
                }
                bytes += n;
                if (bytes > bytesMax) {
                    throw new StoaException(
                            ErrorKind.TOO_LARGE,
                            "The file is larger than " + bytesMax + " bytes, the most there may be.");
                }
                digest.update(buffer, 0, n);
                write(out, buffer, n);
            }
            sync(out);
        }
        return new StagedFile(file, HexFormat.of().formatHex(digest.digest()), bytes);
    }

    private void requireRoom() throws IOException {
        if (room.bytes(staged) < margin + LOOK_BYTES) {
            throw full(null);
        }
    }

    /** A write that fails must not be taken for a client that has gone. */
    private static void write(FileOutputStream out, byte[] buffer, int length) {
        try {
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw full(e);
        }
    }

    private static void sync(FileOutputStream out) {
        try {
            out.getFD().sync();
        } catch (IOException e) {
            throw full(e);
        }
    }

    private static StoaException full(@Nullable IOException cause) {
        return new StoaException(
                ErrorKind.OVERLOADED,
                "The server has no room for this file now. Its operator must free some.",
                null,
                cause);
    }

    @Override
    public InputStream open(String hash) throws IOException {
        return Files.newInputStream(path(hash));
    }

    @Override
    public void delete(String hash) throws IOException {
        Files.deleteIfExists(path(hash));
    }

    @Override
    public void sweep(Instant before, Consumer<String> blobs) throws IOException {
        FileTime time = FileTime.from(before);
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder)) {
            for (Path part : parts) {
                // A folder of one's own may have more in it, such as a volume's lost+found.
                if (part.equals(staged)
                        || PART.matcher(String.valueOf(part.getFileName())).matches()) {
                    sweep(part, time, blobs);
                }
            }
        }
    }

    private void sweep(Path part, FileTime before, Consumer<String> blobs) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(part)) {
            for (Path file : files) {
                if (!old(file, before)) {
                    continue;
                }
                if (part.equals(staged)) {
                    Files.deleteIfExists(file);
                } else if (HASH.matcher(String.valueOf(file.getFileName())).matches()) {
                    blobs.accept(String.valueOf(file.getFileName()));
                }
            }
        }
    }

    private static boolean old(Path file, FileTime before) throws IOException {
        try {
            return Files.getLastModifiedTime(file).compareTo(before) < 0;
        } catch (NoSuchFileException _) {
            // Another server was faster.
            return false;
        }
    }

    private Path path(String hash) {
        return folder.resolve(hash.substring(0, 2)).resolve(hash);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private final class StagedFile implements Staged {
        private final Path file;
        private final String hash;
        private final long bytes;

        StagedFile(Path file, String hash, long bytes) {
            this.file = file;
            this.hash = hash;
            this.bytes = bytes;
        }

        @Override
        public String hash() {
            return hash;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void publish() throws IOException {
            Path target = path(hash);
            Files.createDirectories(folder.resolve(hash.substring(0, 2)));
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
            DurableFiles.move(file, target);
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
        }
    }
}
