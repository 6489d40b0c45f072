/**
 * From the name that a caller asks for to a server that answers.
 *
 * <p>An <b>alias</b> stands for a <b>version</b> of a model, and while something is rolled out for another one for a share
 * of the callers. A version runs on <b>deployments</b>: models of this server's settings (its engine above all) or of
 * <b>upstreams</b> of the catalogue. The catalogue lies in PostgreSQL; each server holds a whole copy in memory and takes
 * a new one when the database announces a change.
 *
 * <p>The way of a request: {@link dev.stoa.inference.routing.Router} finds the version's deployments and its fallbacks';
 * {@link dev.stoa.inference.routing.Attempts} says which is tried next and when; {@link
 * dev.stoa.inference.routing.RoutedStream} tries, and is one stream to its reader, whose request ends once whatever its
 * attempts came to. A {@link dev.stoa.inference.routing.Target} keeps what is learnt of a deployment, {@link
 * dev.stoa.inference.routing.Rollouts} what is learnt of versions.
 *
 * <p>What is learnt of deployments (breakers, retry budget) is each server's own. How versions do, servers tell each other
 * through {@link dev.stoa.inference.routing.RolloutExchange}, so that a rollout ends as soon as all have seen enough
 * together; its end is written down for all.
 */
@NullMarked
package dev.stoa.inference.routing;

import org.jspecify.annotations.NullMarked;
