/**
 * How the next token is drawn.
 *
 * <p>Order: biases, then penalties on the logits; tokens that the output's form doesn't allow are left out; temperature; then top-k, top-p and min-p, each on what the one before left, its
 * probabilities summing to one again; then one draw. With temperature 0 the highest penalised logit wins, the lowest id
 * on a tie. Log probabilities are those of the model's own distribution, before any of this.
 *
 * <p>The only randomness is {@link dev.stoa.engine.sample.CounterRandom}: a function of the request's seed and the
 * token's position. So a draw depends on nothing that happened before it, and a request can be replayed from any point.
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.sample;
