/**
 * The Anthropic protocol: {@code /v1/messages}, {@code /v1/messages/count_tokens}, {@code /v1/models}. Decodes to a
 * {@link dev.stoa.inference.GenerationRequest}, encodes a {@link dev.stoa.inference.TokenStream}; owns nothing else.
 *
 * <p>Requests are decoded by hand from a JSON tree, so that every error names the field it is about and nothing unknown
 * is passed over in silence.
 */
@NullMarked
package dev.stoa.api.anthropic;

import org.jspecify.annotations.NullMarked;
