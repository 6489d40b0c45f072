package dev.stoa.engine.model;

import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.SoftCap;
import java.util.Arrays;

/**
 * Attention of one row over its sequence's blocks, for the query heads that share one key-value head: each block is read
 * once for all of them. What is computed depends on the row's position alone. Holds buffers: one for each worker.
 */
final class Attention {
    private static final int TOKENS = KvLayout.TOKENS;

    private final Kernels kernels;
    private final ModelConfig config;
    private final KvStorage storage;
    private float[][] scores;

    Attention(Kernels kernels, ModelConfig config, KvStorage storage) {
        this.kernels = kernels;
        this.config = config;
        this.storage = storage;
        this.scores = new float[config.group()][0];
    }

    /**
     * @param query shape {@code [heads][headSize]} from {@code queryAt}
     * @param out the same shape from {@code outAt}; the heads of {@code keyValueHead} are written
     */
    void attend(
            KvSequence sequence,
            int layer,
            int keyValueHead,
            int position,
            float[] query,
            int queryAt,
            float[] out,
            int outAt) {
        int from = config.windowed(layer) ? Math.max(0, position - config.window() + 1) : 0;
        int firstBlock = from / TOKENS;
        int blocks = KvLayout.blocks(position + 1) - firstBlock;
        makeRoom(blocks * TOKENS);
        int size = config.headSize();
        int group = config.group();
        int headsAt = keyValueHead * group * size;
        int keys = storage.layout().keys(layer, keyValueHead);
        for (int block = 0; block < blocks; block++) {
            float[] data = storage.block(sequence.block(firstBlock + block));
            for (int head = 0; head < group; head++) {
                int at = queryAt + headsAt + head * size;
                kernels.scores(query, at, data, keys, size, scores[head], block * TOKENS);
            }
        }
        int to = outAt + headsAt;
        Arrays.fill(out, to, to + group * size, 0f);
        int start = firstBlock * TOKENS;
        if (config.attentionCap() > 0) {
            for (int head = 0; head < group; head++) {
                SoftCap.apply(scores[head], 0, blocks * TOKENS, config.attentionCap(), config.attentionScale());
            }
        }
        float[] totals = new float[group];
        for (int head = 0; head < group; head++) {
            totals[head] = kernels.softmax(
                    scores[head], from - start, position + 1 - start, blocks * TOKENS, config.attentionScale());
        }
        sum(sequence, firstBlock, blocks, position + 1 - start, storage.layout().values(layer, keyValueHead), out, to);
        for (int head = 0; head < group; head++) {
            divide(out, to + head * size, size, totals[head]);
        }
    }

    private void sum(KvSequence sequence, int firstBlock, int blocks, int tokens, int values, float[] out, int to) {
        int size = config.headSize();
        for (int block = 0; block < blocks; block++) {
            float[] data = storage.block(sequence.block(firstBlock + block));
            int count = Math.min(TOKENS, tokens - block * TOKENS);
            for (int head = 0; head < config.group(); head++) {
                kernels.accumulate(scores[head], block * TOKENS, count, data, values, size, out, to + head * size);
            }
        }
    }

    private static void divide(float[] x, int at, int n, float divisor) {
        float factor = 1 / divisor;
        for (int i = at; i < at + n; i++) {
            x[i] *= factor;
        }
    }

    private void makeRoom(int tokens) {
        if (scores[0].length < tokens) {
            int length = Math.max(tokens, 2 * scores[0].length);
            scores = new float[config.group()][length];
        }
    }
}
