package dev.stoa.engine.model;

import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.PageProducts;
import dev.stoa.engine.kernel.SoftCap;
import java.util.Arrays;

/**
 * Attention of the few rows of a tile, for the query heads that share one key-value head: each page that all of them see
 * is read once for all, as floats, two pages at a time; then what each row sees alone. What is computed for a row depends
 * on its position alone. Holds buffers: one for each worker.
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

    /** What one call computes: a tile's rows, for the query heads of a key-value head. */
    record Rows(AttentionTiles tiles, int tile, int keyValueHead) {
        int count() {
            return tiles.rows(tile);
        }

        int row(int i) {
            return tiles.row(tile, i);
        }

        private int position(int i) {
            return tiles.position(tile, i);
        }

        /** The block of a position in a row's sequence, or the last one that is seen where it is seen by none. */
        private int block(int i, int position) {
            int last = Math.max(position(i), shared() - 1);
            return tiles.sequence(tile, i).block(Math.min(position, last) / PAGE);
        }

        /** Of one sequence, all that its last row sees. */
        private int shared() {
            return tiles.shared(tile);
        }

        /** The first position that none sees. */
        private int end() {
            int end = 0;
            for (int i = 0; i < count(); i++) {
                end = Math.max(end, position(i) + 1);
            }
            return end;
        }
    }

    Attention(Kernels kernels, ModelConfig config, KvStorage storage) {
        this.kernels = kernels;
        this.config = config;
        this.storage = storage;
        this.width = (config.headSize() + TILE - 1) / TILE * TILE;
        int count = PageProducts.padded(rowsMax(config) * config.group());
        this.pages = kernels.pages(storage.layout().type(), config.headSize(), width);
        this.queries = new float[count * width];
        this.sums = new float[count * width];
        this.totals = new float[count];
    }

    /** The most rows for one call. */
    static int rowsMax(ModelConfig config) {
        return Math.max(1, QUERIES_MAX / config.group());
    }

    /** Whether this can attend to tiles of several sequences. */
    boolean joins() {
        return pages.takesSomeOfQueries();
    }

    /**
     * @param next of the next call, whose keys are fetched meanwhile; {@code rows} where there is none
     * @param query shape {@code [rows][heads][headSize]}
     * @param out the same shape; the heads of the key-value head are written
     */
    void attend(Rows rows, Rows next, int layer, float[] query, float[] out) {
        int start = start(rows, layer);
        int end = rows.end();
        tokens = (end - start + TILE - 1) / TILE * TILE;
        int count = rows.count() * config.group();
        gather(query, rows);
        if (scores.length < PageProducts.padded(count) * tokens) {
            scores = new float[Math.max(PageProducts.padded(count) * tokens, 2 * scores.length)];
        }
        int joint = joint(rows.shared(), start, end);
        int keys = storage.layout().keys(layer, rows.keyValueHead());
        score(rows, 0, rows.count(), keys, start, start, joint);
        for (int i = 0; i < rows.count(); i++) {
            score(rows, i, 1, keys, start, own(rows, i, layer, start, joint), rows.position(i) + 1);
        }
        for (int i = 0; i < count; i++) {
            weigh(i, layer, rows.position(i / config.group()), start);
        }
        Arrays.fill(scores, count * tokens, PageProducts.padded(count) * tokens, 0f);
        Arrays.fill(sums, 0, PageProducts.padded(count) * width, 0f);
        int values = storage.layout().values(layer, rows.keyValueHead());
        sum(rows, 0, rows.count(), next, layer, values, start, start, joint);
        for (int i = 0; i < rows.count(); i++) {
            int from = own(rows, i, layer, start, joint);
            sum(rows, i, 1, next, layer, values, start, from, rows.position(i) + 1);
        }
        scatter(out, rows);
    }

    /** Scores of a query to weights: softmax over what its row sees, zeros elsewhere. */
    private void weigh(int query, int layer, int position, int start) {
        if (config.attentionCap() > 0) {
            SoftCap.apply(scores, query * tokens, tokens, config.attentionCap(), config.attentionScale());
        }
        int from = windowStart(layer, position) - start;
        totals[query] = kernels.softmax(
                scores, query * tokens, from, position + 1 - start, tokens, config.attentionScale(), partial);
    }

    /** Where the first page begins that any row sees. */
    private int start(Rows rows, int layer) {
        int first = Integer.MAX_VALUE;
        for (int i = 0; i < rows.count(); i++) {
            first = Math.min(first, rows.position(i));
        }
        return windowStart(layer, first) / PAGE * PAGE;
    }

    /** The position from which each row goes on alone: all before it lies in whole tiles of the same pages. */
    private static int joint(int shared, int start, int end) {
        return shared == end ? end : start + Math.max(0, shared - start) / TILE * TILE;
    }

    /** Where a row begins to go on alone: in its window, whole tiles from the start of all. */
    private int own(Rows rows, int i, int layer, int start, int joint) {
        int seen = windowStart(layer, rows.position(i));
        return Math.max(joint, start + (seen - start) / TILE * TILE);
    }

    private int windowStart(int layer, int position) {
        return config.windowed(layer) ? Math.max(0, position - config.window() + 1) : 0;
    }

    private void gather(float[] query, Rows rows) {
        int size = config.headSize();
        int count = rows.count() * config.group();
        for (int i = 0; i < count; i++) {
            System.arraycopy(query, head(rows, i) * size, queries, i * width, size);
        }
        Arrays.fill(queries, count * width, PageProducts.padded(count) * width, 0f);
    }

    private void scatter(float[] out, Rows rows) {
        int size = config.headSize();
        for (int i = 0; i < rows.count() * config.group(); i++) {
            kernels.scale(sums, i * width, size, 1 / totals[i]);
            System.arraycopy(sums, i * width, out, head(rows, i) * size, size);
        }
    }

    /** The query head of the i-th query, counted over all rows of the batch. */
    private int head(Rows rows, int i) {
        int group = config.group();
        return rows.row(i / group) * config.heads() + rows.keyValueHead() * group + i % group;
    }

    /** Scores of {@code count} rows from the i-th on, for the tokens in {@code [from, to)}. */
    private void score(Rows rows, int i, int count, int at, int start, int from, int to) {
        int group = config.group();
        for (int t = from; t < to; t += TILE) {
            pages.ahead(page(rows, i, t + TILE), page(rows, i, t + TILE + PAGE), at);
            int out = i * group * tokens + t - start;
            int[] second = page(rows, i, t + PAGE);
            pages.score(page(rows, i, t), second, at, queries, i * group, count * group, scores, out, tokens);
        }
    }

    /** Only tokens that the rows may see are added: what lies beyond them in a page may be anything. */
    private void sum(Rows rows, int i, int count, Rows next, int layer, int at, int start, int from, int to) {
        int group = config.group();
        int keysAhead = storage.layout().keys(layer, next.keyValueHead());
        int ahead = start(next, layer) - start;
        for (int t = from; t < to; t += TILE) {
            pages.ahead(page(next, 0, ahead + t), page(next, 0, ahead + t + PAGE), keysAhead);
            int weights = i * group * tokens + t - start;
            int depth = Math.min(TILE, to - t);
            int[] second = page(rows, i, t + PAGE);
            pages.sum(page(rows, i, t), second, at, scores, weights, tokens, i * group, count * group, depth, sums);
        }
    }

    private int[] page(Rows rows, int i, int position) {
        return storage.block(rows.block(i, position));
    }
}
