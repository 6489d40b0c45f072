package dev.stoa.engine;

import java.util.OptionalInt;

/**
 * What an engine may use.
 *
 * @param threads threads that compute, at least 1
 * @param contextLength the longest prompt plus output in tokens; absent means the model's own, capped by memory
 * @param maxRunning the most requests that run at once
 * @param maxQueued the most requests that wait for a place; one more is refused
 * @param kvCacheBytes memory for keys and values of all running requests together
 * @param maxBatchTokens the most token rows computed in one step
 */
public record EngineOptions(
        int threads, OptionalInt contextLength, int maxRunning, int maxQueued, long kvCacheBytes, int maxBatchTokens) {

    /** @throws IllegalArgumentException naming the option that is out of range */
    public EngineOptions {
        if (threads < 1 || maxRunning < 1 || maxQueued < 0 || kvCacheBytes < 1 || maxBatchTokens < 1) {
            throw new IllegalArgumentException("every engine option must be positive");
        }
    }

    /** All cores, 16 running and 256 waiting requests, 1 GiB of keys and values, 256 token rows a step. */
    public static EngineOptions defaults() {
        return new EngineOptions(
                Runtime.getRuntime().availableProcessors(), OptionalInt.empty(), 16, 256, 1L << 30, 256);
    }
}
