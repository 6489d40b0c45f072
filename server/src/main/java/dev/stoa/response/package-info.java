/**
 * Answers of the Responses protocol that callers keep: rows of PostgreSQL, of one workspace each, with a time to go. What
 * is in them is the surface's JSON; nothing here reads it.
 *
 * <p>A <i>foreground</i> response is stored once, when it has ended. A <i>background</i> response is stored before it
 * begins and names the server that writes it. Its events are logged as they come ({@link
 * dev.stoa.response.BackgroundStore}), and readers see logged ones only, so that none is ever taken back. Its end is one
 * statement that only its server, and only once, can make. A server that gives no sign of life loses its responses to
 * whichever server sees that first, which ends them as failed with what the log has; the dead one, should it live, then
 * finds its writes void.
 */
@NullMarked
package dev.stoa.response;

import org.jspecify.annotations.NullMarked;
