/** Policies on what goes in and what comes out; only the gate hands out a model's stream. */
@NullMarked
package dev.stoa.safety;

import org.jspecify.annotations.NullMarked;
