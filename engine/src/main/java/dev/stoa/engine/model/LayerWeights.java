package dev.stoa.engine.model;

import dev.stoa.engine.kernel.PackedMatrix;

/**
 * The weights of one layer. Norm vectors that an architecture doesn't have are empty. With {@code D} the width, {@code H}
 * and {@code K} the query and key-value heads, {@code S} the head size, {@code F} the feed-forward width:
 *
 * @param attentionNorm [D]
 * @param query [H·S × D]
 * @param key [K·S × D]
 * @param value [K·S × D]
 * @param queryNorm [S] or empty
 * @param keyNorm [S] or empty
 * @param output [D × H·S]
 * @param postAttentionNorm [D] or empty
 * @param feedForwardNorm [D]
 * @param gate [F × D]
 * @param up [F × D]
 * @param down [D × F]
 * @param postFeedForwardNorm [D] or empty
 */
record LayerWeights(
        float[] attentionNorm,
        PackedMatrix query,
        PackedMatrix key,
        PackedMatrix value,
        float[] queryNorm,
        float[] keyNorm,
        PackedMatrix output,
        float[] postAttentionNorm,
        float[] feedForwardNorm,
        PackedMatrix gate,
        PackedMatrix up,
        PackedMatrix down,
        float[] postFeedForwardNorm) {}
