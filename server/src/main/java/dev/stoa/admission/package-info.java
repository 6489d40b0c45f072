/**
 * May this caller ask this now: places, limits, budgets.
 *
 * <p>{@link dev.stoa.admission.Admission} gives a {@link dev.stoa.admission.Permit}, which is entered, reserves and is
 * settled, each once. What counts stands in a {@code LimitBook}, shared by all servers in PostgreSQL or Redis;
 * {@code LimitKeeper} carries entries to it in batches, {@code SpendingWriter} what was spent past it. Which rules hold for whom is {@code LimitRules}. The operator's page is
 * {@code docs/limits.md}; why it is built so, {@code docs/decisions/0008} and {@code 0045}.
 */
@NullMarked
package dev.stoa.admission;

import org.jspecify.annotations.NullMarked;
