/** Words that every package may use: the kinds of errors. */
@NullMarked
package dev.stoa.shared;

import org.jspecify.annotations.NullMarked;
