/**
 * {@code bench chat}: what a person waits for. Stoa by its launcher with a database of a million messages and the mock
 * model; conversations are opened over HTTP, thousands of devices follow one person's changes, and a browser that was
 * slowed down types while three answers stream into a long thread.
 */
@NullMarked
package dev.stoa.bench.chat;

import org.jspecify.annotations.NullMarked;
