/**
 * Batches: many requests that are answered when there is room, behind all others, within a day.
 *
 * <p>A batch comes in by one of the surfaces ({@link dev.stoa.batch.BatchProtocol}), which also answers its items through
 * the same limits, gate and ledger as any request of theirs. Its life is one table of states ({@link
 * dev.stoa.batch.BatchState}): items are taken in while it is VALIDATING, answered while IN_PROGRESS or CANCELLING, and
 * written to files, where the protocol wants them, while FINALIZING.
 *
 * <p>Servers on one database share the work. An item that runs names its server and its attempt; a result counts only if
 * both still hold, so each item has exactly one, whoever dies. What a killed server had begun is begun anew by another,
 * or by its own next life, so a model may be asked twice, and its usage says so. A server is taken for dead by its
 * silence ({@link dev.stoa.batch.BatchLimits#heartbeatStale}), by servers that were not silent themselves.
 *
 * <p>An item that meets a limit waits, and the rest of its batch with it. When the key that made a batch is no longer
 * good, its open items end as errored.
 */
@NullMarked
package dev.stoa.batch;

import org.jspecify.annotations.NullMarked;
