package dev.stoa.engine.model;

import dev.stoa.engine.kernel.PackedMatrix;

/**
 * The weights of one layer. Norm vectors that an architecture doesn't have are empty. With {@code D} the width, {@code H}
 * and {@code K} the query and key-value heads, {@code S} the head size, {@code F} the feed-forward width:
 *
 * @param attentionNorm [D]
 * @param queryKeyValue [H·S × D], [K·S × D], [K·S × D]
 * @param queryNorm [S] or empty
 * @param keyNorm [S] or empty
 * @param output one matrix, [D × H·S]
 * @param postAttentionNorm [D] or empty
 * @param feedForwardNorm [D]
 * @param gateAndUp [F × D] twice
 * @param down one matrix, [D × F]
 * @param postFeedForwardNorm [D] or empty
 */
record LayerWeights(
        float[] attentionNorm,
        PackedMatrix[] queryKeyValue,
        float[] queryNorm,
        float[] keyNorm,
        PackedMatrix[] output,
        float[] postAttentionNorm,
        float[] feedForwardNorm,
        PackedMatrix[] gateAndUp,
        PackedMatrix[] down,
        float[] postFeedForwardNorm) {}
