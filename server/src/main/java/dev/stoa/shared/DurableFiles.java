package dev.stoa.shared;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** Writes that are whole or absent after a crash: data to the disk first, then the name. */
public final class DurableFiles {
    /** How names of files begin that are being written. */
    public static final String TEMPORARY_PREFIX = ".tmp-";

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private DurableFiles() {}

    /** Replaces a small file. */
    public static void write(Path target, byte[] content) throws IOException {
        Path temporary = temporary(target);
        try {
            writeSynced(temporary, content);
            move(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Makes a small file that only its owner may read; one that is there stays as it is. */
    public static void create(Path target, byte[] content) throws IOException {
        Path temporary = temporary(target);
        try {
            Files.createFile(temporary, OWNER_ONLY);
            writeSynced(temporary, content);
            nameAnew(temporary, target);
        } catch (FileAlreadyExistsException _) {
            return; // another process was faster
        } finally {
            Files.deleteIfExists(temporary);
        }
        syncDirectory(parent(target));
    }

    private static Path temporary(Path target) {
        return parent(target).resolve(TEMPORARY_PREFIX + UUID.randomUUID());
    }

    private static void writeSynced(Path file, byte[] content) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            out.write(content);
            out.getFD().sync();
        }
    }

    /** A link, as an atomic move would replace what another process has just made. */
    private static void nameAnew(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException _) {
            // A file system without links: this looks first, and then moves.
            Files.move(from, to);
        }
    }

    /** Gives a file, whose bytes the caller has synced, its final name in the same file system. */
    public static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system of " + to + " cannot rename a file atomically", e);
        }
        syncDirectory(parent(to));
    }

    /** Brings a file's bytes to the medium, whoever wrote them. */
    public static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes renames and deletions in a directory last; a system that cannot sync a directory keeps them anyway. */
    public static void syncDirectory(Path directory) {
        try {
            sync(directory);
        } catch (IOException e) {
            // Windows opens no directories as files, and its renames go through the journal.
            return;
        }
    }

    /** Removes a file, or a folder of plain files. */
    public static void deleteTree(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    deleteTree(child);
                }
            }
        }
        Files.deleteIfExists(path);
    }

    private static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no parent folder");
        }
        return parent;
    }
}
