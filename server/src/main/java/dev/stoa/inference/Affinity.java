package dev.stoa.inference;

/**
 * Who asks, as far as a choice between versions of a model must stay the same for them.
 *
 * @param key of the credential
 * @param user of the person behind it
 */
public record Affinity(String key, String user) {}
