/**
 * What the browser application talks to, {@code docs/chat-api.md}, and the application's own files.
 *
 * <p>Decodes, authenticates and encodes; everything else is {@link dev.stoa.conversation.Conversations}.
 */
@NullMarked
package dev.stoa.api.chat;

import org.jspecify.annotations.NullMarked;
