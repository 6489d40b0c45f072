/** Words that every package may use: the kinds of errors, the limits, the names of requests. */
@NullMarked
package dev.stoa.shared;

import org.jspecify.annotations.NullMarked;
