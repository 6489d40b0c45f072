/**
 * Reading model files in the GGUF format, versions 2 and 3, little-endian.
 *
 * <h2>Layout</h2>
 *
 * <pre>
 * header     magic "GGUF" | version u32 | tensor count u64 | metadata count u64
 * metadata   count × ( key: string | value type u32 | value )
 * tensors    count × ( name: string | dimensions u32 | shape: u64 × dimensions | type u32 | offset u64 )
 * padding    up to the next multiple of the alignment
 * data       each tensor at its offset, counted from here
 *
 * string     length u64 | UTF-8 bytes, no terminator
 * array      element type u32 | count u64 | elements (which may be arrays)
 * </pre>
 *
 * <p>Value types: 0 u8, 1 i8, 2 u16, 3 i16, 4 u32, 5 i32, 6 f32, 7 bool (one byte, 0 or 1), 8 string, 9 array, 10 u64,
 * 11 i64, 12 f64. The alignment is the metadata value {@code general.alignment}, a power of two, 32 where it is absent.
 * A shape's first number is the length of a row, the dimension that is contiguous in memory.
 *
 * <h2>What holds of an open file</h2>
 *
 * <p>{@link dev.stoa.engine.gguf.GgufFile#open} checks everything that can be checked without reading the weights: every
 * tensor has a type this engine knows, whole rows of blocks, an aligned offset, and bytes of its own inside the file.
 * Whatever is wrong ends in a {@link dev.stoa.engine.ModelLoadException} that names the file, the thing and the place.
 * Memory is asked for only after its size was held against {@link dev.stoa.engine.gguf.GgufLimits} and against the bytes
 * that are left in the file, so a few bytes can't demand gigabytes.
 *
 * <p>What can still go wrong: a file that is cut short by someone else while it is mapped makes later reads fail with an
 * {@link java.lang.InternalError}. Replace model files by renaming, never by writing into them.
 */
@NullMarked
package dev.stoa.engine.gguf;

import org.jspecify.annotations.NullMarked;
