package dev.stoa.engine.model;

import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.kernel.Activations;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.KvPages;
import dev.stoa.engine.kernel.PackedMatrix;
import dev.stoa.engine.kernel.SoftCap;
import dev.stoa.engine.kernel.Workers;
import java.util.Arrays;

/**
 * A decoder's forward pass over the rows of a {@link StepBatch}: keys and values of every row go to the cache, logits
 * come out for the rows that need them.
 *
 * <p>Guarantees: a row's logits depend on its sequence's tokens alone, bit for bit, not on the other rows, on how the
 * prompt was cut into steps, or on the number of workers. Work is split over rows, heads and panels of output rows,
 * never over a sum.
 *
 * <p>For the engine thread: it owns the buffers and calls {@link #forward}; inside a step the workers share the items of
 * one stage at a time.
 */
public final class Transformer {
    private static final float[] NO_NORM = {};

    private final ModelConfig config;
    private final Weights weights;
    private final Kernels kernels;
    private final Workers workers;
    private final KvStorage storage;
    private final Projections projections;
    private final Attention[] attentions;
    private final RotaryTable global;
    private final RotaryTable local;
    private final int maxRows;
    private final int maxLogits;

    /** Hidden states: shape {@code [rows][width]}. */
    private final float[] hidden;
    /** A normalised row for each worker: shape {@code [workers][width]}. */
    private final float[][] normalised;
    /** Shapes {@code [rows][heads · headSize]}, {@code [rows][keyValueHeads · headSize]} twice. */
    private final float[] query;

    private final float[] key;
    private final float[] value;
    /** Shape {@code [rows][heads · headSize]}. */
    private final float[] attended;
    /** What a part adds to the hidden states: shape {@code [rows][width]}. */
    private final float[] delta;
    /** Shape {@code [rows][feedForward]}. */
    private final float[] gate;

    private final float[] up;
    private final float[][] queryKeyValue;
    private final float[][] deltas;
    private final float[][] gateAndUp;
    private final Activations input;
    private final Activations inner;
    /** Shape {@code [maxLogits][vocabulary]}. */
    private final float[] logits;

    private final float[][] logitsOut;

    /** Sums of squares on their way: shape {@code [workers][16]}. */
    private final float[][] partial;

    private final Workers.Task beginTask = this::begin;
    private final Workers.Task rotateTask = this::rotateAndStore;
    private final Workers.Task attendTask = this::attend;
    private final Workers.Task quantizeTask = this::quantizeAttended;
    private final Workers.Task endTask = this::end;
    private final Workers.Task hiddenTask = this::finishHidden;
    private final Workers.Task capTask = this::capLogits;

    /** The step in work: what the tasks read. */
    private StepBatch batch = new StepBatch(0);

    private int layer;
    private LayerWeights layerWeights;
    /** The norm in front of the part that begins, and the one after the part that ended, or an empty one. */
    private float[] norm;

    private float[] postNorm = NO_NORM;
    /** Whether {@link #delta} is still to be added to the hidden states. */
    private boolean pending;

    private final AttentionTiles tiles;
    /** Whether the heads of one key-value head fill whole blocks of the next product's input. */
    private final boolean wholeBlocks;

    /**
     * @param storage of the pool whose blocks the batches' sequences hold
     * @param maxRows rows of the largest batch
     * @param maxLogits rows of a batch that can have logits
     */
    public Transformer(Model model, Kernels kernels, Workers workers, KvStorage storage, int maxRows, int maxLogits) {
        this.config = model.config();
        this.weights = model.weights();
        this.kernels = kernels;
        this.workers = workers;
        this.maxRows = maxRows;
        this.maxLogits = maxLogits;
        this.storage = storage;
        this.projections = new Projections(kernels, workers, Math.max(maxRows, maxLogits));
        this.attentions = new Attention[workers.count()];
        Arrays.setAll(attentions, i -> new Attention(kernels, config, storage));
        this.global = new RotaryTable(config.headSize(), config.rotation(), config.global(), weights.ropeFactors());
        this.local = new RotaryTable(config.headSize(), config.rotation(), config.local(), weights.ropeFactors());
        int queryWidth = config.heads() * config.headSize();
        int keyWidth = config.keyValueHeads() * config.headSize();
        this.hidden = floats(maxRows, config.width());
        this.normalised = new float[workers.count()][config.width()];
        this.query = floats(maxRows, queryWidth);
        this.key = floats(maxRows, keyWidth);
        this.value = floats(maxRows, keyWidth);
        this.attended = floats(maxRows, queryWidth);
        this.delta = floats(maxRows, config.width());
        this.gate = floats(maxRows, config.feedForward());
        this.up = floats(maxRows, config.feedForward());
        this.input = new Activations(kernels, Math.max(maxRows, maxLogits), Math.max(config.width(), queryWidth));
        this.inner = new Activations(kernels, maxRows, config.feedForward());
        this.logits = floats(maxLogits, config.vocabulary());
        this.queryKeyValue = new float[][] {query, key, value};
        this.deltas = new float[][] {delta};
        this.gateAndUp = new float[][] {gate, up};
        this.logitsOut = new float[][] {logits};
        this.partial = new float[workers.count()][Kernels.PARTIAL_SUMS];
        this.tiles = new AttentionTiles(maxRows, Attention.rowsMax(config), attentions[0].joins());
        this.wholeBlocks = config.group() * config.headSize() % Activations.BLOCK == 0;
        this.layerWeights = weights.layers()[0];
        this.norm = layerWeights.attentionNorm();
    }

    private static float[] floats(int rows, int cols) {
        return new float[Math.multiplyExact(rows, cols)];
    }

    /** Logits of the last step: shape {@code [batch.logits()][vocabulary]}. Valid until the next step. */
    public float[] logits() {
        return logits;
    }

    /**
     * Hidden states after the last layer and the output norm: shape {@code [rows][width]}, valid in the rows that
     * {@link StepBatch#addHidden wanted} them, until the next step.
     */
    public float[] hidden() {
        return hidden;
    }

    public ModelConfig config() {
        return config;
    }

    /** Computes a step. Every sequence must have {@link dev.stoa.engine.cache.KvSequence#grow grown} over its rows. */
    public void forward(StepBatch batch) {
        if (batch.rows() > maxRows || batch.logits() > maxLogits) {
            throw new IllegalArgumentException(batch.rows() + " rows don't fit " + maxRows);
        }
        this.batch = batch;
        for (int row = 0; row < batch.rows(); row++) {
            weights.embeddings().read(batch.token(row), hidden, row * config.width());
            storage.prepare(batch.sequence(row).block(batch.position(row) / KvLayout.TOKENS));
            global.reach(batch.position(row));
            local.reach(batch.position(row));
        }
        tiles.plan(batch);
        pending = false;
        for (layer = 0; layer < config.layers(); layer++) {
            layerWeights = weights.layers()[layer];
            attentionPart();
            feedForwardPart();
        }
        if (batch.anyHidden()) {
            workers.run(batch.rows(), hiddenTask);
        }
        computeLogits();
    }

    private void attentionPart() {
        int rows = batch.rows();
        input.reshape(rows, config.width(), layerWeights.queryKeyValue());
        norm = layerWeights.attentionNorm();
        workers.run(rows, beginTask);
        projections.project(input, layerWeights.queryKeyValue(), queryKeyValue);
        workers.run(rows, rotateTask);
        input.reshape(rows, config.heads() * config.headSize(), layerWeights.output());
        workers.run(tiles.count() * config.keyValueHeads(), attendTask);
        if (!wholeBlocks) {
            workers.run(rows, quantizeTask);
        }
        projections.project(input, layerWeights.output(), deltas);
        postNorm = layerWeights.postAttentionNorm();
        pending = true;
    }

    private void feedForwardPart() {
        int rows = batch.rows();
        input.reshape(rows, config.width(), layerWeights.gateAndUp());
        inner.reshape(rows, config.feedForward(), layerWeights.down());
        norm = layerWeights.feedForwardNorm();
        workers.run(rows, beginTask);
        projections.gated(input, layerWeights.gateAndUp(), gateAndUp, config.activation(), inner);
        projections.project(inner, layerWeights.down(), deltas);
        postNorm = layerWeights.postFeedForwardNorm();
    }

    private void computeLogits() {
        if (batch.logits() == 0) {
            return;
        }
        input.reshape(batch.logits(), config.width(), weights.output());
        norm = weights.outputNorm();
        workers.run(batch.rows(), endTask);
        projections.project(input, weights.output(), logitsOut);
        if (config.logitCap() > 0) {
            workers.run(batch.logits(), capTask);
        }
    }

    private void capLogits(int row, int worker) {
        int vocabulary = config.vocabulary();
        SoftCap.apply(logits, row * vocabulary, vocabulary, config.logitCap(), 1);
    }

    private void addBiases(int row, Biases biases) {
        kernels.add(query, row * biases.query().length, biases.query(), 0, biases.query().length);
        kernels.add(key, row * biases.key().length, biases.key(), 0, biases.key().length);
        kernels.add(value, row * biases.value().length, biases.value(), 0, biases.value().length);
    }

    /** Adds what the last part gave to a hidden state, and sets it, normalised, as the next product's input. */
    private void begin(int row, int worker) {
        addPending(row, worker);
        normalise(row, worker, row);
    }

    private void end(int row, int worker) {
        if (batch.logitRow(row) >= 0) {
            addPending(row, worker);
            normalise(row, worker, batch.logitRow(row));
        }
    }

    private void finishHidden(int row, int worker) {
        if (batch.wantsHidden(row)) {
            addPending(row, worker);
            normaliseInPlace(hidden, row * config.width(), weights.outputNorm(), worker);
        }
    }

    private void addPending(int row, int worker) {
        int width = config.width();
        if (!pending) {
            return;
        }
        if (postNorm.length > 0) {
            normaliseInPlace(delta, row * width, postNorm, worker);
        }
        kernels.add(hidden, row * width, delta, row * width, width);
    }

    /** RMSNorm (arXiv 1910.07467) of a hidden state, set as row {@code to} of the input. */
    private void normalise(int row, int worker, int to) {
        int width = config.width();
        float[] out = normalised[worker];
        float factor = inverseRms(hidden, row * width, width, worker);
        kernels.scaleRows(hidden, row * width, factor, norm, out, 0, width);
        input.setRow(to, out, 0, width);
    }

    private float inverseRms(float[] x, int at, int n, int worker) {
        return (float) (1 / Math.sqrt(kernels.sumOfSquares(x, at, n, partial[worker]) / n + config.epsilon()));
    }

    private void normaliseInPlace(float[] x, int at, float[] norm, int worker) {
        kernels.scaleRows(x, at, inverseRms(x, at, norm.length, worker), norm, x, at, norm.length);
    }

    private void rotateAndStore(int row, int worker) {
        RotaryTable table = config.windowed(layer) ? local : global;
        int position = batch.position(row);
        addBiases(row, weights.biases()[layer]);
        rotateHeads(table, query, row, config.heads(), position, layerWeights.queryNorm(), worker);
        rotateHeads(table, key, row, config.keyValueHeads(), position, layerWeights.keyNorm(), worker);
        store(row, position);
    }

    private void rotateHeads(RotaryTable table, float[] x, int row, int heads, int position, float[] norm, int worker) {
        int size = config.headSize();
        for (int head = 0; head < heads; head++) {
            int at = (row * heads + head) * size;
            if (norm.length > 0) {
                normaliseInPlace(x, at, norm, worker);
            }
            table.rotate(x, at, position);
        }
    }

    /** Writes a row's keys and values to its block. */
    private void store(int row, int position) {
        int size = config.headSize();
        int slot = position % KvLayout.TOKENS;
        KvLayout layout = storage.layout();
        int[] block = storage.block(batch.sequence(row).block(position / KvLayout.TOKENS));
        for (int head = 0; head < config.keyValueHeads(); head++) {
            int from = (row * config.keyValueHeads() + head) * size;
            KvPages.storeKeys(layout.type(), key, from, size, block, layout.keys(layer, head), slot);
            KvPages.storeValues(layout.type(), value, from, size, block, layout.values(layer, head), slot);
        }
    }

    private void attend(int item, int worker) {
        Attention.Rows rows = rows(item);
        Attention.Rows next = rows(Math.min(item + 1, tiles.count() * config.keyValueHeads() - 1));
        attentions[worker].attend(rows, next, layer, query, attended);
        if (wholeBlocks) {
            int width = config.heads() * config.headSize();
            int blocks = config.group() * config.headSize() / Activations.BLOCK;
            for (int i = 0; i < rows.count(); i++) {
                int row = rows.row(i);
                for (int block = rows.keyValueHead() * blocks; block < (rows.keyValueHead() + 1) * blocks; block++) {
                    input.setBlock(row, block, attended, row * width + block * Activations.BLOCK, Activations.BLOCK);
                }
            }
        }
    }

    private Attention.Rows rows(int item) {
        return new Attention.Rows(tiles, item / config.keyValueHeads(), item % config.keyValueHeads());
    }

    private void quantizeAttended(int row, int worker) {
        int width = config.heads() * config.headSize();
        input.setRow(row, attended, row * width, width);
    }

    /** What is added to a layer's queries, keys and values; empty where an architecture has none. */
    record Biases(float[] query, float[] key, float[] value) {}

    /** All weights of a model. {@code output} is one matrix; {@code ropeFactors} may be empty. */
    record Weights(
            Embeddings embeddings,
            LayerWeights[] layers,
            Biases[] biases,
            float[] outputNorm,
            PackedMatrix[] output,
            float[] ropeFactors) {}
}
