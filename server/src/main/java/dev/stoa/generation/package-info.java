/** The way of a request: admission, safety, inference, safety, settlement. */
@NullMarked
package dev.stoa.generation;

import org.jspecify.annotations.NullMarked;
