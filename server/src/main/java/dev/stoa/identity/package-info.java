/**
 * Who asks: organizations, workspaces, members, API keys, sessions.
 *
 * <p>{@link dev.stoa.identity.Identity} turns a key or a session's token into a {@link dev.stoa.identity.Caller};
 * {@link dev.stoa.identity.FirstStart} makes the first member and key, {@link dev.stoa.identity.Administration} all others.
 * Secrets never rest in clear and are never
 * logged. The operator's page is {@code docs/identity.md}.
 */
@NullMarked
package dev.stoa.identity;

import org.jspecify.annotations.NullMarked;
