package dev.stoa.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** What the store needs of a disk; tests have one that is full. */
interface Disk {
    /** Room that a download leaves: the database and the logs live on the same disk, as a rule. */
    long MARGIN_BYTES = 64L << 20;

    Disk REAL = new Disk() {};

    /** Bytes that this process may still write in a folder. */
    default long usableBytes(Path folder) throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    default OutputStream append(Path file) throws IOException {
        return new FileOutputStream(file.toFile(), true);
    }

    /** Brings what was written to the medium. */
    default void sync(OutputStream out) throws IOException {
        if (out instanceof FileOutputStream file) {
            file.getFD().sync();
        }
    }

    /**
     * Checks for room before a download begins.
     *
     * @throws StoreException DISK_FULL, saying what is needed and what is there
     */
    static void require(Disk disk, Path folder, long bytes) throws IOException {
        long usable = disk.usableBytes(folder);
        if (usable < bytes + MARGIN_BYTES) {
            throw new StoreException(
                    StoreException.Kind.DISK_FULL,
                    "Not enough room in " + folder + ": " + Sizes.format(bytes + MARGIN_BYTES) + " needed, "
                            + Sizes.format(usable) + " free. Free some, or name another folder with STOA_MODELS.");
        }
    }

    /** The exception for a write that failed. */
    static StoreException failure(Disk disk, Path file, IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("not enough space") || message.contains("quota")) {
            return new StoreException(
                    StoreException.Kind.DISK_FULL,
                    "The disk is full: " + free(disk, file) + " free at " + file.getParent()
                            + ". What was fetched is kept; free some room and run the same command again to go on.",
                    e);
        }
        return new StoreException(StoreException.Kind.IO, "Cannot write " + file + ": " + reason(e), e);
    }

    /** What is wrong, for people: some exceptions of the file system say no more than a path. */
    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NoSuchFileException missing -> missing.getFile() + " is missing";
            case FileAlreadyExistsException file -> file.getFile() + " is in the way";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private static String free(Disk disk, Path file) {
        Path folder = file.getParent();
        try {
            return folder == null ? "nothing" : Sizes.format(disk.usableBytes(folder));
        } catch (IOException e) {
            return "nothing";
        }
    }
}
