/**
 * OpenAI's protocol: {@code /v1/chat/completions}, {@code /v1/responses}, {@code /v1/models} and more. Decodes to
 * {@link dev.stoa.inference.GenerationRequest}s, encodes {@link dev.stoa.inference.TokenStream}s. Owns nothing else but
 * the responses that are made in the background ({@link dev.stoa.api.openai.BackgroundResponses}).
 *
 * <p>Requests are decoded by hand from a JSON tree, so that every error names the field it is about and nothing unknown
 * is passed over in silence. Fields of the protocol that change nothing here (metadata, user, cache keys) are checked
 * and passed over; those that would change the answer and can't be served are refused by name.
 */
@NullMarked
package dev.stoa.api.openai;

import org.jspecify.annotations.NullMarked;
