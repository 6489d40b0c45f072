/**
 * {@code bench gateway}: what passing a stream on costs. A mock upstream in a process of its own streams 64 events at no
 * interval; the same requests go to it directly, through Stoa with everything switched on, and through its peers, in
 * turn within one run. Processor time is that of a gateway's own processes, its database's included.
 */
@NullMarked
package dev.stoa.bench.gateway;

import org.jspecify.annotations.NullMarked;
