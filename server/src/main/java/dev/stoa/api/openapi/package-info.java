/**
 * The OpenAPI documents of all surfaces, at {@code /openapi}: one for each, put together from the parts under {@code
 * resources/openapi}.
 *
 * <p>The parts are plain OpenAPI 3.1 in YAML, written by hand beside the decoders, with three short forms: {@code x-errors}
 * on a surface or an operation lists statuses, each of which stands for the response {@code E<status>} of the surface's
 * components; {@code x-posts} on a surface names errors and parameters that each of its POSTs has beside its own; and the
 * headers that every response of this server has are added to all of them. Other keys that begin with {@code x-} at the
 * top of a part hold YAML anchors for that part and are dropped.
 *
 * <p>Tests hold the documents to the routes that are registered, and every answer of the API tests to the documents.
 */
@NullMarked
package dev.stoa.api.openapi;

import org.jspecify.annotations.NullMarked;
