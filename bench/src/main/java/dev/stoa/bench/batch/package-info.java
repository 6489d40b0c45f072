/** {@code bench batch}: the largest batch there may be, in both protocols. */
@NullMarked
package dev.stoa.bench.batch;

import org.jspecify.annotations.NullMarked;
