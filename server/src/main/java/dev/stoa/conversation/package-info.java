/**
 * Conversations as trees of append-only messages, and the runs that write answers.
 *
 * <p>{@link dev.stoa.conversation.Conversations} is what surfaces call. A question and its empty answer are stored in one
 * transaction; then a run ({@link dev.stoa.conversation.Runs}) writes the answer, whoever listens.
 *
 * <p><b>A run's life.</b> A row of {@code run} exists exactly while its message is {@code generating}. It names the server
 * that writes and an epoch; it keeps the request with its seed. Text and token ids go to {@code run_event}, the log, all
 * runs of a server in one transaction every {@link dev.stoa.conversation.ConversationLimits#FLUSH_INTERVAL}
 * ({@link dev.stoa.conversation.RunLog}); subscribers see a piece when that has committed, on this server from memory, on
 * others from the log, rung by NOTIFY ({@link dev.stoa.conversation.Bell}). So nothing that anybody saw can be lost.
 *
 * <p><b>A server's death.</b> Its runs' heartbeats stop; another server whose own go on ({@link
 * dev.stoa.shared.Heartbeat}), or its own next life, raises the epoch and asks the model the same again, with the logged
 * tokens given. The engine's output depends on prompt, seed and position only, so the answer goes on byte for byte. A
 * server that was only slow finds its writes void and lets go.
 *
 * <p><b>The end</b> is one fenced statement: run and log are deleted, the message gets the whole text. It happens once.
 */
@NullMarked
package dev.stoa.conversation;

import org.jspecify.annotations.NullMarked;
