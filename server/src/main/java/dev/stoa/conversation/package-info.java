/** Conversations as trees of append-only messages, and the runs that write answers. */
@NullMarked
package dev.stoa.conversation;

import org.jspecify.annotations.NullMarked;
