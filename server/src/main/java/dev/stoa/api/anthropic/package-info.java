/** The Anthropic protocol. */
@NullMarked
package dev.stoa.api.anthropic;

import org.jspecify.annotations.NullMarked;
