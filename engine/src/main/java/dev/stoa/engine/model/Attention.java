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
     * @param position of the first row; the others follow
     * @param query shape {@code [rows][heads][headSize]} from {@code at}
     * @param out the same shape from {@code at}; the heads of {@code keyValueHead} are written
     */
    void attend(
            KvSequence sequence,
            int layer,
            int keyValueHead,
            int position,
            int rows,
            float[] query,
            float[] out,
            int at) {
        int start = windowStart(layer, position) / PAGE * PAGE;
        int end = position + rows;
        tokens = (end - start + TILE - 1) / TILE * TILE;
        int count = rows * config.group();
        gather(query, at, keyValueHead, rows);
        score(sequence, storage.layout().keys(layer, keyValueHead), start, end, count);
        for (int i = 0; i < count; i++) {
            if (config.attentionCap() > 0) {
                SoftCap.apply(scores, i * tokens, tokens, config.attentionCap(), config.attentionScale());
            }
            int own = position + i / config.group();
            int from = windowStart(layer, own) - start;
            totals[i] = kernels.softmax(
                    scores, i * tokens, from, own + 1 - start, tokens, config.attentionScale(), partial);
        }
        Arrays.fill(scores, count * tokens, padded(count) * tokens, 0f);
        sum(sequence, storage.layout().values(layer, keyValueHead), start, end, count);
        scatter(out, at, keyValueHead, rows);
    }

    private int windowStart(int layer, int position) {
        return config.windowed(layer) ? Math.max(0, position - config.window() + 1) : 0;
    }

    private void gather(float[] query, int at, int keyValueHead, int rows) {
        int size = config.headSize();
        int group = config.group();
        for (int i = 0; i < rows * group; i++) {
            int from = at + (i / group * config.heads() + keyValueHead * group + i % group) * size;
            System.arraycopy(query, from, queries, i * width, size);
        }
        int count = rows * group;
        Arrays.fill(queries, count * width, padded(count) * width, 0f);
    }

    private void scatter(float[] out, int at, int keyValueHead, int rows) {
        int size = config.headSize();
        int group = config.group();
        for (int i = 0; i < rows * group; i++) {
            int to = at + (i / group * config.heads() + keyValueHead * group + i % group) * size;
            kernels.scale(sums, i * width, size, 1 / totals[i]);
            System.arraycopy(sums, i * width, out, to, size);
        }
    }

    private void score(KvSequence sequence, int pageAt, int start, int end, int count) {
        if (scores.length < padded(count) * tokens) {
            scores = new float[Math.max(padded(count) * tokens, 2 * scores.length)];
        }
        for (int t = 0; t < end - start; t += TILE) {
            int nextTile = Math.min(start + t + TILE, end - 1);
            pages.ahead(page(sequence, nextTile), following(sequence, nextTile, end), pageAt);
            pages.score(
                    page(sequence, start + t),
                    following(sequence, start + t, end),
                    pageAt,
                    queries,
                    count,
                    scores,
                    t,
                    tokens);
        }
    }

    /** Only tokens that the rows may see are added: what lies beyond them in a page may be anything. */
    private void sum(KvSequence sequence, int pageAt, int start, int end, int count) {
        Arrays.fill(sums, 0, padded(count) * width, 0f);
        for (int t = 0; t < end - start; t += TILE) {
            pages.sum(
                    page(sequence, start + t),
                    following(sequence, start + t, end),
                    pageAt,
                    scores,
                    t,
                    tokens,
                    count,
                    Math.min(TILE, end - start - t),
                    sums);
        }
    }

    private int[] page(KvSequence sequence, int position) {
        return storage.block(sequence.block(position / PAGE));
    }

    /** The page after that of {@code position}, or the same where no token before {@code end} is in it. */
    private int[] following(KvSequence sequence, int position, int end) {
        return page(sequence, position + PAGE < end ? position + PAGE : position);
    }
}
