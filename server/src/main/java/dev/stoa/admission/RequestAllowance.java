package dev.stoa.admission;

import java.time.Duration;

/**
 * What a key may still ask.
 *
 * @param limit requests a minute
 * @param remaining requests that may begin now
 * @param untilFull when the whole limit is free again, if nothing is asked meanwhile
 */
public record RequestAllowance(int limit, int remaining, Duration untilFull) {}
