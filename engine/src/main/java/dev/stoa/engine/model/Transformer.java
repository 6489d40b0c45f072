package dev.stoa.engine.model;

import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.kernel.Activations;
import dev.stoa.engine.kernel.Kernels;
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
    private final Activations input;
    private final Activations inner;
    /** Shape {@code [maxLogits][vocabulary]}. */
    private final float[] logits;

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
    }

    private static float[] floats(int rows, int cols) {
        return new float[Math.multiplyExact(rows, cols)];
    }

    /** Logits of the last step: shape {@code [batch.logits()][vocabulary]}. Valid until the next step. */
    public float[] logits() {
        return logits;
    }

    public ModelConfig config() {
        return config;
    }

    /** Computes a step. Every sequence must have {@link dev.stoa.engine.cache.KvSequence#grow grown} over its rows. */
    public void forward(StepBatch batch) {
        if (batch.rows() > maxRows || batch.logits() > maxLogits) {
            throw new IllegalArgumentException(batch.rows() + " rows don't fit " + maxRows);
        }
        for (int row = 0; row < batch.rows(); row++) {
            weights.embeddings().read(batch.token(row), hidden, row * config.width());
            storage.prepare(batch.sequence(row).block(batch.position(row) / KvLayout.TOKENS));
            global.reach(batch.position(row));
            local.reach(batch.position(row));
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            attentionPart(batch, layer);
            feedForwardPart(batch, weights.layers()[layer]);
        }
        computeLogits(batch);
    }

    private void attentionPart(StepBatch batch, int layer) {
        LayerWeights layerWeights = weights.layers()[layer];
        int rows = batch.rows();
        input.reshape(rows, config.width(), layerWeights.query(), layerWeights.key(), layerWeights.value());
        workers.run(rows, (row, worker) -> normalise(row, worker, layerWeights.attentionNorm(), row));
        projections.project(input, layerWeights.query(), query, layerWeights.key(), key, layerWeights.value(), value);
        workers.run(rows, (row, worker) -> {
            addBiases(row, weights.biases()[layer]);
            rotate(batch, row, layer, layerWeights);
            store(batch, row, layer);
        });
        input.reshape(rows, config.heads() * config.headSize(), layerWeights.output());
        workers.run(rows * config.keyValueHeads(), (item, worker) -> attend(batch, layer, item, worker));
        workers.run(rows, (row, worker) -> {
            int cols = config.heads() * config.headSize();
            input.setRow(row, attended, row * cols, cols);
        });
        projections.project(input, layerWeights.output(), delta);
        addDelta(rows, layerWeights.postAttentionNorm());
    }

    private void feedForwardPart(StepBatch batch, LayerWeights layerWeights) {
        int rows = batch.rows();
        input.reshape(rows, config.width(), layerWeights.gate(), layerWeights.up());
        inner.reshape(rows, config.feedForward(), layerWeights.down());
        workers.run(rows, (row, worker) -> normalise(row, worker, layerWeights.feedForwardNorm(), row));
        projections.gated(input, layerWeights.gate(), layerWeights.up(), config.activation(), gate, up, inner);
        projections.project(inner, layerWeights.down(), delta);
        addDelta(rows, layerWeights.postFeedForwardNorm());
    }

    private void computeLogits(StepBatch batch) {
        if (batch.logits() == 0) {
            return;
        }
        input.reshape(batch.logits(), config.width(), weights.output());
        for (int row = 0; row < batch.rows(); row++) {
            if (batch.logitRow(row) >= 0) {
                normalise(row, 0, weights.outputNorm(), batch.logitRow(row));
            }
        }
        projections.project(input, weights.output(), logits);
        if (config.logitCap() > 0) {
            int vocabulary = config.vocabulary();
            workers.run(
                    batch.logits(),
                    (row, worker) -> SoftCap.apply(logits, row * vocabulary, vocabulary, config.logitCap(), 1));
        }
    }

    private void addBiases(int row, Biases biases) {
        kernels.add(query, row * biases.query().length, biases.query(), 0, biases.query().length);
        kernels.add(key, row * biases.key().length, biases.key(), 0, biases.key().length);
        kernels.add(value, row * biases.value().length, biases.value(), 0, biases.value().length);
    }

    /** RMSNorm (arXiv 1910.07467) of a hidden state, set as row {@code to} of the input. */
    private void normalise(int row, int worker, float[] norm, int to) {
        int width = config.width();
        float[] out = normalised[worker];
        kernels.scaleRows(hidden, row * width, inverseRms(hidden, row * width, width), norm, out, 0, width);
        input.setRow(to, out, 0, width);
    }

    private float inverseRms(float[] x, int at, int n) {
        return (float) (1 / Math.sqrt(kernels.sumOfSquares(x, at, n) / n + config.epsilon()));
    }

    private void normaliseInPlace(float[] x, int at, float[] norm) {
        kernels.scaleRows(x, at, inverseRms(x, at, norm.length), norm, x, at, norm.length);
    }

    private void addDelta(int rows, float[] norm) {
        int width = config.width();
        workers.run(rows, (row, worker) -> {
            if (norm.length > 0) {
                normaliseInPlace(delta, row * width, norm);
            }
            kernels.add(hidden, row * width, delta, row * width, width);
        });
    }

    private void rotate(StepBatch batch, int row, int layer, LayerWeights layerWeights) {
        RotaryTable table = config.windowed(layer) ? local : global;
        int position = batch.position(row);
        rotateHeads(table, query, row, config.heads(), position, layerWeights.queryNorm());
        rotateHeads(table, key, row, config.keyValueHeads(), position, layerWeights.keyNorm());
    }

    private void rotateHeads(RotaryTable table, float[] x, int row, int heads, int position, float[] norm) {
        int size = config.headSize();
        for (int head = 0; head < heads; head++) {
            int at = (row * heads + head) * size;
            if (norm.length > 0) {
                normaliseInPlace(x, at, norm);
            }
            table.rotate(x, at, position);
        }
    }

    /** Writes a row's keys and values to its block. */
    private void store(StepBatch batch, int row, int layer) {
        int size = config.headSize();
        int position = batch.position(row);
        int slot = position % KvLayout.TOKENS;
        KvLayout layout = storage.layout();
        float[] block = storage.block(batch.sequence(row).block(position / KvLayout.TOKENS));
        for (int head = 0; head < config.keyValueHeads(); head++) {
            int from = (row * config.keyValueHeads() + head) * size;
            int keys = layout.keys(layer, head) + slot;
            for (int d = 0; d < size; d++) {
                block[keys + d * KvLayout.TOKENS] = key[from + d];
            }
            System.arraycopy(value, from, block, layout.values(layer, head) + slot * size, size);
        }
    }

    private void attend(StepBatch batch, int layer, int item, int worker) {
        int row = item / config.keyValueHeads();
        int at = row * config.heads() * config.headSize();
        attentions[worker].attend(
                batch.sequence(row),
                layer,
                item % config.keyValueHeads(),
                batch.position(row),
                query,
                at,
                attended,
                at);
    }

    /** What is added to a layer's queries, keys and values; empty where an architecture has none. */
    record Biases(float[] query, float[] key, float[] value) {}

    /** All weights of a model. {@code ropeFactors} may be empty. */
    record Weights(
            Embeddings embeddings,
            LayerWeights[] layers,
            Biases[] biases,
            float[] outputNorm,
            PackedMatrix output,
            float[] ropeFactors) {}
}
