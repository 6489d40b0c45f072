/** The model store: GGUF files pulled, verified and named. */
@NullMarked
package dev.stoa.store;

import org.jspecify.annotations.NullMarked;
