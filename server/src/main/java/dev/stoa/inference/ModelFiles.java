package dev.stoa.inference;

import dev.stoa.engine.ModelLoadException;
import java.nio.file.Path;
import java.time.Instant;

/** Where the served model's file comes from. */
interface ModelFiles {

    /** Hears how far a fetch is, on the fetching thread. */
    interface Progress {
        void at(long doneBytes, long totalBytes);
    }

    /**
     * A file that is here and whole.
     *
     * @param id the model's name, {@code name:variant}
     */
    record Found(String id, Path file, Instant addedAt) {}

    /** The model's name as far as it is known before it is found. */
    String id();

    /**
     * Finds the file, or fetches it.
     *
     * @throws ModelLoadException if there is none; the message is for the operator
     */
    Found fetch(Progress progress) throws InterruptedException;
}
