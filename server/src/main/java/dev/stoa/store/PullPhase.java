package dev.stoa.store;

/** What a pull is at. */
public enum PullPhase {
    /** Asking the source what it has. */
    CONNECTING,
    /** Another process pulls the same model. */
    WAITING,
    DOWNLOADING,
    /** Reading the file out of the mirror's package. */
    EXTRACTING,
    /** Copying a local file. */
    COPYING,
    /** Hashing bytes that are here. */
    VERIFYING
}
