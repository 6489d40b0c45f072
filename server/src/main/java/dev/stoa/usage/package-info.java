/** One event per request, written once. */
@NullMarked
package dev.stoa.usage;

import org.jspecify.annotations.NullMarked;
