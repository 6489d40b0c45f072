/** What an operator sees: the embedded PostgreSQL, health, metrics, draining. */
@NullMarked
package dev.stoa.operations;

import org.jspecify.annotations.NullMarked;
