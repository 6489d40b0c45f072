package dev.stoa.engine;

/**
 * How the next token is drawn from the logits. Filters apply in the order penalties, temperature, top-k, top-p, min-p.
 *
 * @param temperature 0 is greedy (the highest logit, lowest id on a tie), as is what is below {@value #TEMPERATURE_MIN};
 *     otherwise logits are divided by it, at most 100
 * @param topK keep the k most likely tokens; 0 keeps all
 * @param topP keep the smallest set whose probabilities sum to at least p; 1 keeps all
 * @param minP keep tokens at least {@code minP} times as likely as the most likely one; 0 keeps all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens already seen in prompt or output
 *     (CTRL, arXiv 1909.05858), from 0.1 to 10; 1 is off
 * @param presencePenalty subtracted once from the logit of each token already generated; 0 is off
 * @param frequencyPenalty subtracted per earlier occurrence in the output; 0 is off
 * @param seed with the token's position the only source of randomness: same seed, same prompt, same output
 */
public record Sampling(
        float temperature,
        int topK,
        float topP,
        float minP,
        float repetitionPenalty,
        float presencePenalty,
        float frequencyPenalty,
        long seed) {

    /** Below it only ties are left to a draw, and logits divided by it may be infinite. */
    private static final float TEMPERATURE_MIN = 1e-5f;

    /** Always the most likely token. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0, 0, 0);

    /** @throws IllegalArgumentException naming the parameter that is out of range */
    public Sampling {
        require(temperature >= 0 && temperature <= 100, "temperature must be between 0 and 100");
        require(topK >= 0, "top_k must not be negative");
        require(topP > 0 && topP <= 1, "top_p must be above 0 and at most 1");
        require(minP >= 0 && minP <= 1, "min_p must be between 0 and 1");
        require(repetitionPenalty >= 0.1f && repetitionPenalty <= 10, "repetition_penalty must be between 0.1 and 10");
        require(presencePenalty >= -2 && presencePenalty <= 2, "presence_penalty must be between -2 and 2");
        require(frequencyPenalty >= -2 && frequencyPenalty <= 2, "frequency_penalty must be between -2 and 2");
        temperature = temperature < TEMPERATURE_MIN ? 0 : temperature;
    }

    public Sampling withSeed(long value) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, presencePenalty, frequencyPenalty, value);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
