/**
 * One run for many identical requests: those that come while it runs follow it, those that come later get its answer
 * from a cache. Only for organizations that want it, and for requests whose answer is the same each time
 * ({@link dev.stoa.inference.GenerationRequest#repeatable}).
 *
 * <p>The way of a request: {@link dev.stoa.inference.reuse.Answers} makes its {@link
 * dev.stoa.inference.reuse.AnswerKey} of all that the answer depends on, with the organization's own salt. A {@link
 * dev.stoa.inference.reuse.Flight} of this key is joined; else {@link dev.stoa.inference.reuse.AnswerStore} is asked; else
 * a flight begins, and what it came to is kept. A flight runs as long as anybody follows it, on a thread of its own, so
 * that a slow reader holds up nobody; it is paid for once.
 *
 * <p>It stands behind the safety gate: what is given again is judged again, by the policy of the day.
 *
 * <p>What is kept lies in PostgreSQL, for all servers, sealed with the master key. Nothing is found under another
 * organization's salt, another revision of the model or behind the organization's time to live. Requests of two servers
 * at once are two runs. While the database is away nothing is found and nothing kept, and requests run as ever.
 */
@NullMarked
package dev.stoa.inference.reuse;

import org.jspecify.annotations.NullMarked;
