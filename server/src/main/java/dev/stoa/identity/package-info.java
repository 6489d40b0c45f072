/** Who asks: organizations, members, API keys, sessions. */
@NullMarked
package dev.stoa.identity;

import org.jspecify.annotations.NullMarked;
