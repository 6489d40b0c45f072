/**
 * Files that callers keep for later requests: named, of one workspace, with or without an end.
 *
 * <p>{@link dev.stoa.file.Files} owns what a file is (its row in PostgreSQL); a {@link dev.stoa.file.BlobStore} owns
 * the bytes, under their SHA-256, so that equal contents lie there once. An upload is staged first, its bytes on the
 * medium, then published and named by a row in one transaction under a lock on its hash; a blob is removed under the
 * same lock and only when no row names it. So no row ever lacks its bytes. What a crash can leave is a blob without a
 * row or a staged upload: {@link dev.stoa.file.FileSweeper} removes both, and files whose time is over.
 */
@NullMarked
package dev.stoa.file;

import org.jspecify.annotations.NullMarked;
