/**
 * One thread that serves many requests, step by step.
 *
 * <h2>The rule</h2>
 *
 * A request's tokens are its prompt and what was drawn; {@code computed} of them are in the cache. Each step lets every
 * running request's computed tokens catch up with its tokens, under a budget of rows: first those that lack one row, then
 * prompts in chunks of what room is left, which is never less than half of a small budget. Where a request has caught up,
 * its next token is drawn. Prefill, decode, a prefix found in the cache, and going on after having made room are this one
 * rule. Budget 8; A has a prompt of 10 tokens, B comes in step 2 with 21 of which the cache knows 16, C has to make room
 * after step 3 and comes back in step 5:
 *
 * <pre>{@code
 * step   A computed/tokens   B computed/tokens   C computed/tokens   rows
 *  1        0/10 →  7/10                            3/4 → 4/4        1 C, 7 A: C draws
 *  2        7/10 → 10/10       16/21 → 20/21        4/5 → 5/5        1 C, 3 A, 4 B: C and A draw
 *  3       10/11 → 11/11       20/21 → 21/21        5/6 → 6/6        1 each: all draw
 *  4       11/12 → 12/12       21/22 → 22/22        made room        1 A, 1 B: both draw
 *  5       12/13 → 13/13       22/23 → 23/23        0/7 → 6/7        1 A, 1 B, 6 C: A and B draw
 *  6       13/14 → 14/14       23/24 → 24/24        6/7 → 7/7        1 each: all draw
 * }</pre>
 *
 * What a step computes for a request depends on the request's tokens alone, bit for bit, so none of this changes an
 * output.
 *
 * <h2>Guesses</h2>
 *
 * Where {@link dev.stoa.engine.EngineOptions#speculativeTokens} allows it, a small step also computes rows for tokens that
 * are only guessed, by {@link dev.stoa.engine.schedule.PromptLookup}. The next token is drawn from the row of the last one
 * as ever; if it is the guess, the guess's row has the very logits that the next step would have computed, and the next
 * token is drawn from those at once. What was computed for a wrong guess lies behind {@code computed} and is written over.
 *
 * <h2>Who owns a request</h2>
 *
 * The submitting thread makes it and hands it to {@link dev.stoa.engine.schedule.Arrivals}, which counts it against the
 * bounds of the queue in the same moment; from then on it is the engine thread's.
 * {@link dev.stoa.engine.schedule.WaitingQueue} says who is next: by priority, with a turn for each in bounded time;
 * inside a priority by what each tenant has been served; inside a tenant by age. It starts when there is a place, and
 * blocks for its tokens and one for each that runs. The reader has the other end of its
 * {@link dev.stoa.engine.schedule.GenerationStream}. It ends exactly once, in one
 * {@link dev.stoa.engine.Generation.Finish}, and its blocks are free from that moment.
 *
 * <h2>Making room</h2>
 *
 * Blocks are taken as tokens need them. When none is free, the least important running request gives its blocks back and
 * waits again with its tokens kept: first one whose reader has fallen {@value
 * dev.stoa.engine.schedule.GenerationStream#CHUNKS_MAX} pieces behind, then the lowest rank, the latest first. The most
 * important one is never asked, and fits alone (else it was refused at submission), so something always gets on. A reader
 * sees a pause. The same happens when a more urgent request finds all places taken, even while one that is next by its age
 * waits for the place that comes free first.
 *
 * <h2>Waiting for a prefix</h2>
 *
 * A request that begins with what a running one of its tenant is just computing stays in the queue for these few steps,
 * and then finds it. A hundred questions about one document read it once.
 *
 * <h2>Time between tokens</h2>
 *
 * While somebody reads, a step should not take longer than the target: {@link dev.stoa.engine.schedule.StepCost} learns
 * what rows cost, {@link dev.stoa.engine.schedule.StepPlanner} cuts prompts accordingly.
 *
 * <h2>What can go wrong</h2>
 *
 * A failure in a forward pass ends the requests of that step; bad logits end the one they are of. A fault in the
 * scheduler itself ends the thread and all requests, and the engine says that it isn't healthy. Clock and model are
 * handed in: tests run a million steps with faults on a virtual clock, and check every answer.
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.schedule;
