/**
 * Words that every package may use: the kinds of errors, the limits, the names of requests, and the reader of server-sent
 * events.
 */
@NullMarked
package dev.stoa.shared;

import org.jspecify.annotations.NullMarked;
