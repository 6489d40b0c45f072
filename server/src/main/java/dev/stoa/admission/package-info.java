/** May this caller ask this now: limits and permits. */
@NullMarked
package dev.stoa.admission;

import org.jspecify.annotations.NullMarked;
