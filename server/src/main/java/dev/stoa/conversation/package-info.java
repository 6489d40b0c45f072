/**
 * Conversations as trees of append-only messages, and the runs that write answers.
 *
 * <p>{@link dev.stoa.conversation.Conversations} is what surfaces call. A question and its empty answer are stored in one
 * transaction; then a run ({@link dev.stoa.conversation.Runs}) writes the answer, whoever listens. While it runs, its
 * text lives in memory for subscribers of this server and is appended to the row every
 * {@link dev.stoa.conversation.ConversationLimits#FLUSH_INTERVAL}. Each run ends in one fenced write, {@code … WHERE
 * state = 'generating' AND server_id = …}: of the run itself, or of the reaper when the server that owned it gave no sign
 * of life. What can be lost when a server is killed is the text since the last append; never a question, never an
 * answer's place.
 */
@NullMarked
package dev.stoa.conversation;

import org.jspecify.annotations.NullMarked;
