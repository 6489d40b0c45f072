package dev.stoa.engine.model;

import dev.stoa.engine.cache.KvSequence;
import java.util.Arrays;

/**
 * The token rows of one forward pass, of any number of sequences. A sequence's rows must follow each other in the order
 * of their positions, and every earlier position must be in its cache or in this batch. Reused from step to step; for
 * the engine thread.
 */
public final class StepBatch {
    private static final int NO_LOGITS = -1;

    private final int[] tokens;
    private final int[] positions;
    private final int[] logitRows;
    private final boolean[] hidden;
    private final KvSequence[] sequences;
    private int rows;
    private int logits;
    private boolean anyHidden;

    public StepBatch(int maxRows) {
        this.tokens = new int[maxRows];
        this.positions = new int[maxRows];
        this.logitRows = new int[maxRows];
        this.hidden = new boolean[maxRows];
        this.sequences = new KvSequence[maxRows];
    }

    public void clear() {
        Arrays.fill(sequences, 0, rows, null);
        rows = 0;
        logits = 0;
        anyHidden = false;
    }

    /**
     * Adds a row.
     *
     * @param wantsLogits whether the model's output after this token is needed
     * @return the row of {@link Transformer#logits} that will hold it, or -1
     */
    public int add(KvSequence sequence, int position, int token, boolean wantsLogits) {
        sequences[rows] = sequence;
        positions[rows] = position;
        tokens[rows] = token;
        int logitRow = wantsLogits ? logits++ : NO_LOGITS;
        logitRows[rows] = logitRow;
        hidden[rows] = false;
        rows++;
        return logitRow;
    }

    /**
     * Adds a row of which the hidden state after the last layer is wanted, and no logits.
     *
     * @return its number among the rows
     */
    public int addHidden(KvSequence sequence, int position, int token) {
        int unused = add(sequence, position, token, false);
        assert unused == NO_LOGITS : "a row gives one or the other";
        hidden[rows - 1] = true;
        anyHidden = true;
        return rows - 1;
    }

    /** Whether any row's hidden state is wanted. */
    boolean anyHidden() {
        return anyHidden;
    }

    /** Whether this row's hidden state is wanted. */
    public boolean wantsHidden(int row) {
        return hidden[row];
    }

    public int rows() {
        return rows;
    }

    /** Rows that need logits. */
    public int logits() {
        return logits;
    }

    /** Rows that can still be added. */
    public int room() {
        return tokens.length - rows;
    }

    public int token(int row) {
        return tokens[row];
    }

    public int position(int row) {
        return positions[row];
    }

    public KvSequence sequence(int row) {
        return sequences[row];
    }

    /** Where this row's logits go, or a negative number. */
    public int logitRow(int row) {
        return logitRows[row];
    }
}
