package dev.stoa.engine.model;

import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.PageProducts;
import dev.stoa.engine.kernel.SoftCap;
import java.util.Arrays;

/**
 * Attention of a few neighbouring rows of one sequence, for the query heads that share one key-value head: each page is
 * read once for all of them, as floats, two pages at a time. What is computed for a row depends on its position alone.
 * Holds buffers: one for each worker.
 */
final class Attention {
    /** Queries that are multiplied with a tile together. */
    private static final int QUERIES_MAX = 16;

    private static final int PAGE = KvLayout.TOKENS;
    private static final int TILE = PageProducts.TILE;

    private final Kernels kernels;
    private final ModelConfig config;
    private final KvStorage storage;
    /** Head size, filled up to what the dot kernel wants. */
    private final int width;

    private final PageProducts pages;
    /** Shape {@code [queries][width]}; rows beyond the queries are zero. */
    private final float[] queries;
    /** The same shape. */
    private final float[] sums;

    /** Of the scores after softmax: shape {@code [queries]}. */
    private final float[] totals;

    private final float[] partial = new float[Kernels.PARTIAL_SUMS];
    /** Shape {@code [queries][tokens]}. */
    private float[] scores = new float[0];

    private int tokens;

    /**
     * What one call computes, for the query heads of {@code keyValueHead}.
     *
     * @param position of the first row
     * @param count neighbouring rows
     */
    record Rows(KvSequence sequence, int keyValueHead, int position, int count) {
        /** The first position that none of them sees. */
        private int end() {
            return position + count;
        }
    }

    Attention(Kernels kernels, ModelConfig config, KvStorage storage) {
        this.kernels = kernels;
        this.config = config;
        this.storage = storage;
        this.width = (config.headSize() + TILE - 1) / TILE * TILE;
        int count = padded(rowsMax(config) * config.group());
        this.pages = kernels.pages(storage.layout().type(), config.headSize(), width);
        this.queries = new float[count * width];
        this.sums = new float[count * width];
        this.totals = new float[count];
    }

    /** The most rows for one call. */
    static int rowsMax(ModelConfig config) {
        return Math.max(1, QUERIES_MAX / config.group());
    }

    /** The dot kernel is fastest with fours; a single query stays alone. */
    private static int padded(int count) {
        return count == 1 ? 1 : (count + 3) / 4 * 4;
    }

    /**
     * @param next of the next call, whose keys are fetched meanwhile; {@code rows} where there is none
     * @param query shape {@code [rows][heads][headSize]} from {@code at}
     * @param out the same shape from {@code at}; the heads of the key-value head are written
     */
    void attend(Rows rows, Rows next, int layer, float[] query, float[] out, int at) {
        int start = start(rows, layer);
        tokens = (rows.end() - start + TILE - 1) / TILE * TILE;
        int count = rows.count() * config.group();
        gather(query, at, rows);
        score(rows, layer, count);
        for (int i = 0; i < count; i++) {
            if (config.attentionCap() > 0) {
                SoftCap.apply(scores, i * tokens, tokens, config.attentionCap(), config.attentionScale());
            }
            int own = rows.position() + i / config.group();
            int from = windowStart(layer, own) - start;
            totals[i] = kernels.softmax(
                    scores, i * tokens, from, own + 1 - start, tokens, config.attentionScale(), partial);
        }
        Arrays.fill(scores, count * tokens, padded(count) * tokens, 0f);
        sum(rows, next, layer, count);
        scatter(out, at, rows);
    }

    /** Where the first page begins that the rows see. */
    private int start(Rows rows, int layer) {
        return windowStart(layer, rows.position()) / PAGE * PAGE;
    }

    private int windowStart(int layer, int position) {
        return config.windowed(layer) ? Math.max(0, position - config.window() + 1) : 0;
    }

    private void gather(float[] query, int at, Rows rows) {
        int size = config.headSize();
        int count = rows.count() * config.group();
        for (int i = 0; i < count; i++) {
            System.arraycopy(query, at + head(rows, i) * size, queries, i * width, size);
        }
        Arrays.fill(queries, count * width, padded(count) * width, 0f);
    }

    private void scatter(float[] out, int at, Rows rows) {
        int size = config.headSize();
        for (int i = 0; i < rows.count() * config.group(); i++) {
            kernels.scale(sums, i * width, size, 1 / totals[i]);
            System.arraycopy(sums, i * width, out, at + head(rows, i) * size, size);
        }
    }

    /** The query head of the i-th query, counted over all rows. */
    private int head(Rows rows, int i) {
        int group = config.group();
        return i / group * config.heads() + rows.keyValueHead() * group + i % group;
    }

    private void score(Rows rows, int layer, int count) {
        if (scores.length < padded(count) * tokens) {
            scores = new float[Math.max(padded(count) * tokens, 2 * scores.length)];
        }
        int at = storage.layout().keys(layer, rows.keyValueHead());
        int start = start(rows, layer);
        for (int t = start; t < rows.end(); t += TILE) {
            ahead(rows, t + TILE, at);
            pages.score(page(rows, t), page(rows, t + PAGE), at, queries, count, scores, t - start, tokens);
        }
    }

    /** Only tokens that the rows may see are added: what lies beyond them in a page may be anything. */
    private void sum(Rows rows, Rows next, int layer, int count) {
        Arrays.fill(sums, 0, padded(count) * width, 0f);
        int at = storage.layout().values(layer, rows.keyValueHead());
        int keysAhead = storage.layout().keys(layer, next.keyValueHead());
        int start = start(rows, layer);
        int startAhead = start(next, layer);
        for (int t = start; t < rows.end(); t += TILE) {
            ahead(next, startAhead + t - start, keysAhead);
            int depth = Math.min(TILE, rows.end() - t);
            pages.sum(page(rows, t), page(rows, t + PAGE), at, scores, t - start, tokens, count, depth, sums);
        }
    }

    private void ahead(Rows rows, int position, int at) {
        pages.ahead(page(rows, position), page(rows, position + PAGE), at);
    }

    /** The page of a position, or the last one where the rows see none there. */
    private int[] page(Rows rows, int position) {
        return storage.block(rows.sequence().block(Math.min(position, rows.end() - 1) / PAGE));
    }
}
