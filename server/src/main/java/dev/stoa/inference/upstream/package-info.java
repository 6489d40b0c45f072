/**
 * Workers that run elsewhere and speak OpenAI's or Anthropic's protocol: vLLM, SGLang, llama-server, another Stoa, a
 * cloud.
 *
 * <p>The way of a request: {@link dev.stoa.inference.upstream.UpstreamWorker} encodes it in the upstream's protocol and
 * opens an {@link dev.stoa.inference.upstream.UpstreamStream}. The HTTP client's threads put what comes into a
 * {@link dev.stoa.inference.upstream.Inbox} that holds a few buffers and asks for no more before the reader has taken
 * them; the reader cuts them into server-sent events and lets the protocol's {@link
 * dev.stoa.inference.upstream.AnswerReader} say what they mean.
 *
 * <p>Whatever the upstream does, a stream ends once: with {@code Finished}, or with a {@link
 * dev.stoa.shared.StoaException} of a kind that {@link dev.stoa.inference.upstream.UpstreamFaults} chooses. Silence is
 * bounded by three times (connect, first token, between pieces), size by the length of a line and of an error's body.
 */
@NullMarked
package dev.stoa.inference.upstream;

import org.jspecify.annotations.NullMarked;
