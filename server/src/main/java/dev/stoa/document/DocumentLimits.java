package dev.stoa.document;

import java.time.Duration;

/** Every bound of this package, with its reason. */
public final class DocumentLimits {

    /** A file: a scanned book is larger, and has no text. */
    public static final int BYTES_MAX = 20_000_000;

    /** Pages of a PDF that are read: a long book. */
    public static final int PAGES_MAX = 1_000;

    /** UTF-16 code units of text that are kept: more than any local model's window holds. */
    public static final int TEXT_LENGTH_MAX = 1_000_000;

    /** How long a PDF may take: a thousand pages take some seconds on a busy machine. */
    static final Duration READ_TIME = Duration.ofSeconds(30);

    /** Heap of the process that reads a PDF, in MB: several times the largest file. A bomb meets it. */
    static final int HEAP_MEGABYTES = 256;

    /** PDFs that are read at once: each costs a core and the heap. */
    static final int READERS = 2;

    /** How long a PDF waits for its turn. */
    static final Duration TURN_WAIT = Duration.ofSeconds(30);

    private DocumentLimits() {}
}
