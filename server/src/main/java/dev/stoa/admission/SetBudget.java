package dev.stoa.admission;

import java.time.Instant;

/**
 * A budget that is set for a scope.
 *
 * @param updatedAt when its amount was changed last
 */
public record SetBudget(Scope scope, Budget budget, Instant createdAt, Instant updatedAt) {}
