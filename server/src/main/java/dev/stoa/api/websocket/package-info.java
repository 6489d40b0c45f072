/**
 * Many requests over one connection: {@code /v1/ws}. A message names a path of the developer API and carries its body; what
 * comes back is that path's answer, each server-sent event as a message of its own. Nothing of the protocols is done here
 * again: {@link dev.stoa.api.websocket.SocketRequest} hands the body to the same controllers, as an HTTP request that is
 * none ({@link dev.stoa.api.websocket.PlayedRequest}, {@link dev.stoa.api.websocket.PlayedResponse}).
 *
 * <p>Who owns what: a {@link dev.stoa.api.websocket.Connection} has one thread that writes, in turns for all requests; a
 * request has a thread that reads its model and puts messages into its own {@link dev.stoa.api.websocket.Outbox}, which
 * holds a few and then makes it wait. So memory is bounded whatever the client reads, and a request whose client wants no
 * more of it for now ({@code window}) holds up no other. When the connection ends, its requests are cancelled and settle.
 */
@NullMarked
package dev.stoa.api.websocket;

import org.jspecify.annotations.NullMarked;
