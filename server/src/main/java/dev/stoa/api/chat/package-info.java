/** What the browser application talks to. */
@NullMarked
package dev.stoa.api.chat;

import org.jspecify.annotations.NullMarked;
