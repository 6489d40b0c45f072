package dev.stoa.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes that are whole or absent after a crash: data to the disk first, then the name. */
public final class DurableFiles {
    /** How names of files begin that are being written. */
    static final String TEMPORARY_PREFIX = ".tmp-";

    private DurableFiles() {}

    /** Replaces a small file. */
    static void write(Path target, byte[] content) throws IOException {
        Path directory = parent(target);
        Path temporary = directory.resolve(TEMPORARY_PREFIX + UUID.randomUUID());
        try {
            try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
                out.write(content);
                out.getFD().sync();
            }
            move(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
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
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes renames and deletions in a directory last; a system that cannot sync a directory keeps them anyway. */
    static void syncDirectory(Path directory) {
        try {
            sync(directory);
        } catch (IOException e) {
            // Windows opens no directories as files, and its renames go through the journal.
            return;
        }
    }

    /** Removes a file, or a folder of plain files. */
    static void deleteTree(Path path) throws IOException {
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
