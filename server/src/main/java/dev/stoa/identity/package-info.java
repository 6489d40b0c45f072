/**
 * Who asks: organizations, workspaces, members, API keys, sessions.
 *
 * <p>{@link dev.stoa.identity.Identity} turns a key or a session's token into a {@link dev.stoa.identity.Caller};
 * {@link dev.stoa.identity.FirstStart} makes the first member and key. {@link dev.stoa.identity.Accounts} is what people do
 * with their own account, {@link dev.stoa.identity.Passkeys} their passkeys, {@link dev.stoa.identity.SingleSignOn} their ways in through a provider, {@link dev.stoa.identity.People} what administrators do with those of others, {@link
 * dev.stoa.identity.Administration} their keys and workspaces. Secrets never rest in clear and are never logged. The
 * operator's page is {@code docs/identity.md}.
 */
@NullMarked
package dev.stoa.identity;

import org.jspecify.annotations.NullMarked;
