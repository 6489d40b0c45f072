/**
 * LLM inference as a library: load a GGUF file, submit prompts, read tokens. Nothing but the JDK is needed at run time;
 * with {@code --add-modules jdk.incubator.vector} it is fast. On Linux {@code -XX:+UseTransparentHugePages} makes small
 * batches a quarter to a third faster, and on an x86-64 processor {@code --enable-native-access=ALL-UNNAMED} large
 * ones twice as fast in their products.
 *
 * <h2>Use</h2>
 *
 * <pre>{@code
 * try (Engine engine = Engine.load(Path.of("model.gguf"), EngineOptions.defaults())) {
 *     int[] prompt = engine.encodeChat(List.of(new ChatMessage("user", "Why is the sky blue?")));
 *     for (Generation.Chunk chunk : engine.submit(new EngineRequest(prompt, 256, Sampling.GREEDY))) {
 *         System.out.print(chunk.text());
 *     }
 * }
 * }</pre>
 *
 * {@link dev.stoa.engine.Engine} is the only way in. All of it may be called by many threads; a
 * {@link dev.stoa.engine.Generation} is read by one and cancelled by any. One engine thread owns the running requests and
 * their keys and values, and computes them together; request threads tokenize, submit and read. A reader that stops
 * reading pauses its own request and no other.
 *
 * <h2>What to rely on</h2>
 *
 * <ul>
 *   <li>A request that was taken ends exactly once, in one {@link dev.stoa.engine.Generation.Finish}. One that wasn't is
 *       refused at submission, with the {@link dev.stoa.engine.EngineRejectedException.Reason reason}, and when to come
 *       back.
 *   <li>With the same prompt, {@link dev.stoa.engine.Sampling} and seed the output is the same, token by token and
 *       logits bit by bit, whatever else runs, whatever was found in the cache, and on however many threads.
 *   <li>Queue, batch and memory are bounded by {@link dev.stoa.engine.EngineOptions}.
 *   <li>{@link dev.stoa.engine.Scheduling} says how urgent a request is and whose share it counts against. Inside a
 *       priority, tenants are served evenly; no priority starves.
 * </ul>
 *
 * <h2>Many answers from one text</h2>
 *
 * What was computed for a prompt is remembered, and a request of the same tenant that begins alike doesn't compute it
 * again. {@link dev.stoa.engine.Engine#submit(dev.stoa.engine.EngineRequest, int) submit(request, n)} samples one prompt
 * several times, {@link dev.stoa.engine.Engine#fork fork} goes on from another generation's text in several ways.
 *
 * <h2>Vectors of texts</h2>
 *
 * {@link dev.stoa.engine.Engine#embed embed} pools a model's hidden states, in the same steps as everything else.
 *
 * <p>How steps are formed: {@code dev.stoa.engine.schedule}; how keys and values lie: {@code dev.stoa.engine.cache}; the
 * file format: {@code dev.stoa.engine.gguf}.
 */
@NullMarked
package dev.stoa.engine;

import org.jspecify.annotations.NullMarked;
