package dev.stoa.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder of everything that Stoa keeps, held by one process at a time. Mode 711: other users may pass through to
 * PostgreSQL's folder where root has another user run it, and list nothing.
 */
public final class DataFolder implements AutoCloseable {
    private final Path path;
    private final FolderLock lock;

    private DataFolder(Path path, FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Creates the folder where there is none, and takes it.
     *
     * @throws OperatorException if it cannot be written, or another process has it
     */
    public static DataFolder open(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "Cannot create the data folder %s: %s. Give one that this user may write with --data."
                            .formatted(path, e),
                    e);
        }
        if (!Files.isWritable(path)) {
            throw new OperatorException(
                    "The data folder %s is not writable by this user. Give another one with --data.".formatted(path));
        }
        return new DataFolder(path, FolderLock.acquire(path.resolve("stoa.lock")));
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() {
        lock.close();
    }
}
