package dev.stoa.store;

/** Hears how a pull goes on, on the pulling thread; must return at once. */
public interface PullListener {
    /** Hears nothing. */
    PullListener NONE = new PullListener() {};

    /**
     * Where the pull stands.
     *
     * @param done bytes
     * @param total bytes; 0 while it is not known
     * @param bytesPerSecond over the last seconds; 0 while it is not known
     */
    record Status(PullPhase phase, long done, long total, double bytesPerSecond) {}

    /** A new phase, or a step of it; at most some ten a second. */
    default void onProgress(Status status) {}

    /** Something the person should know, in a sentence: a retry, the mirror in the hub's place. */
    default void onNotice(String sentence) {}
}
