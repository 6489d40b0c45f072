package dev.stoa.shared;

import java.nio.file.Path;

/**
 * Settings that name files or hold secrets: what a start will read of them is looked at before anything is started, and
 * by {@code stoa doctor}.
 */
public interface CheckedSettings {
    /**
     * Reads what the start will read, and changes nothing.
     *
     * @param limits say which store is used
     * @throws RuntimeException whose message says what is wrong, without a secret
     */
    void check(Path dataFolder, Limits limits);
}
