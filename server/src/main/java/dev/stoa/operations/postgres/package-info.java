/**
 * A real PostgreSQL inside the service: unpacked from a jar, made durable, started, watched and stopped.
 *
 * <p>Layout under {@code <data>/postgres}: {@code bin-<digest>/} the unpacked binaries, {@code data/} the cluster,
 * {@code log/} its logs, {@code password} (owner only), {@code port} the last port, {@code lock}.
 *
 * <p>{@link dev.stoa.operations.postgres.EmbeddedPostgres} is the entry; {@code Binaries} unpacks, {@code
 * ServerAccount} decides which user runs the server, {@code Cluster} owns the files of the database, {@code Postmaster}
 * the running process.
 */
@NullMarked
package dev.stoa.operations.postgres;

import org.jspecify.annotations.NullMarked;
