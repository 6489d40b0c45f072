/**
 * What a request gives a model to read and to cite: {@link dev.stoa.inference.source.Source}s, cut into passages, and
 * {@link dev.stoa.inference.source.Citer}, which finds in an answer what rests on them.
 *
 * <p>A model sees each passage behind a mark such as {@code [S12]} and is asked to write the marks of what it takes. A
 * {@link dev.stoa.inference.source.Citation} is made of such a mark, or of words that stand in a source letter by letter
 * but for blanks; so its place is always one that there is, and its text is what stands there. Whether a passage bears a
 * sentence out is the model's claim alone.
 */
@NullMarked
package dev.stoa.inference.source;

import org.jspecify.annotations.NullMarked;
