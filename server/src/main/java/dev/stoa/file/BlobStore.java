package dev.stoa.file;

import dev.stoa.shared.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.function.Consumer;

/** Bytes by their SHA-256 (64 hexadecimal digits). Thread-safe. */
public interface BlobStore {

    /**
     * Takes a content in, as it comes, and brings it to the medium.
     *
     * @param bytesMax the most it may have
     * @throws StoaException TOO_LARGE, once more than that has come; OVERLOADED if there is no room
     * @throws IOException from {@code in}, as it was
     */
    Staged stage(InputStream in, long bytesMax) throws IOException;

    /**
     * The bytes of a blob.
     *
     * @throws java.nio.file.NoSuchFileException if it isn't here
     */
    InputStream open(String hash) throws IOException;

    /** Removes a blob, if it is there. */
    void delete(String hash) throws IOException;

    /** Removes what was staged and given up before a time, and names the blobs that were published before it. */
    void sweep(Instant before, Consumer<String> blobs) throws IOException;

    /** A content that is here, but not yet under its name. Closing it without publishing drops it. */
    interface Staged extends AutoCloseable {
        String hash();

        long bytes();

        /** Gives it its name; no harm where the same content is there already. */
        void publish() throws IOException;

        @Override
        void close() throws IOException;
    }
}
