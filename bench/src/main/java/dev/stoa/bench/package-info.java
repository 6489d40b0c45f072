/**
 * Benchmarks: Stoa beside its peers and beside the machine's own limits, in one run.
 *
 * <p>Every benchmark prints the same row ({@link dev.stoa.bench.Row}), as a table or as JSON lines. Figures are medians;
 * where a peer is given, ours and its runs alternate, so that a drifting machine drifts for both.
 */
@NullMarked
package dev.stoa.bench;

import org.jspecify.annotations.NullMarked;
