/** Models, and the workers that run requests. */
@NullMarked
package dev.stoa.inference;

import org.jspecify.annotations.NullMarked;
