/**
 * One thread that serves many requests, step by step.
 *
 * <h2>The rule</h2>
 *
 * A request's tokens are its prompt and what was drawn; {@code computed} of them are in the cache. Each step lets every
 * running request's computed tokens catch up with its tokens, under a budget of rows: first those that generate, one row
 * each, then prompts in the order in which they came, in chunks of what room is left. Where a request has caught up, its
 * next token is drawn. Prefill, decode and mixtures of both are this one rule. Budget 8, A with a prompt of 10 tokens, B
 * with one of 5:
 *
 * <pre>{@code
 * step   A computed/tokens   B computed/tokens   rows
 *  1        0/10 →  8/10         0/5              8 A
 *  2        8/10 → 10/10         0/5 → 5/5        2 A, 5 B: both draw
 *  3       10/11 → 11/11         5/6 → 6/6        1 A, 1 B: both draw
 * }</pre>
 *
 * <h2>Who owns a request</h2>
 *
 * The submitting thread makes it and puts it in {@link dev.stoa.engine.schedule.Arrivals}; from then on it is the engine
 * thread's. It starts, first come first served, when there is a place and its blocks can be reserved for prompt and
 * longest output. The reader has the other end of its {@link dev.stoa.engine.schedule.GenerationStream}: a reader that
 * falls {@value dev.stoa.engine.schedule.GenerationStream#CHUNKS_MAX} pieces behind pauses its own request, which keeps
 * its place and blocks. It ends exactly once, in one {@link dev.stoa.engine.Generation.Finish}, and its blocks are free
 * from that moment.
 *
 * <h2>What can go wrong</h2>
 *
 * A failure in a forward pass ends the requests of that step; bad logits end the one they are of. A fault in the
 * scheduler itself ends the thread and all requests, and the engine says that it isn't healthy.
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.schedule;
