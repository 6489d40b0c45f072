package dev.stoa.operations;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One process at a time in a folder. The operating system owns the lock and drops it when the process ends, however it
 * ends, so a lock file that is left behind means nothing. The file holds the owner's process id, for the message only.
 */
public final class FolderLock implements AutoCloseable {
    private static final int OWNER_BYTES_MAX = 32;

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock or says who has it.
     *
     * @throws OperatorException if another process (or this one, twice) holds it, or the file cannot be written
     */
    public static FolderLock acquire(Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String owner = owner(channel);
                channel.close();
                throw new OperatorException("Another Stoa%s already uses %s. Stop it first, or give this one a data"
                                .formatted(owner.isEmpty() ? "" : " (process " + owner + ")", file.getParent())
                        + " folder of its own with --data.");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
                    0);
            return new FolderLock(channel);
        } catch (IOException e) {
            closeQuietly(channel, e);
            String why = !Files.isWritable(file.getParent()) ? "the folder is not writable" : String.valueOf(e);
            throw new OperatorException("Cannot lock %s: %s.".formatted(file, why), e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(OWNER_BYTES_MAX);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
    }

    private static void closeQuietly(@Nullable FileChannel channel, IOException cause) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** Drops the lock; the file stays, since deleting it would let two processes lock two files of one name. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new OperatorException("Cannot release a lock: " + e, e);
        }
    }
}
