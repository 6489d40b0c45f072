/**
 * Requests that are made at most once: a caller names one with an {@code Idempotency-Key}, and may send it again.
 *
 * <p>The first request under a key holds it while it runs; another one that comes meanwhile is told to come back. When it
 * has succeeded, its answer is kept for a day, and the same request gets it again, without being run. A request that
 * failed has made nothing, so its key is free. So is the key of a server that died, some seconds later.
 *
 * <p>Keys are the caller's own: another credential with the same key is another request. Answers are encrypted with a key
 * made of the caller's secret, which the server does not keep: an answer may hold a new secret, and those are never
 * stored in the clear.
 *
 * <p>What remains: between the moment in which a stream's end is sent and the one in which it is kept a crash makes the
 * next try run again. A whole answer is kept before it is sent.
 */
@NullMarked
package dev.stoa.idempotency;

import org.jspecify.annotations.NullMarked;
