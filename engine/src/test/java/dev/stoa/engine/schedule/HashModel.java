package dev.stoa.engine.schedule;

import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.model.StepBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * A model without weights: the next token is a hash of all tokens before it, as it finds them in the blocks of keys and
 * values. So a block that was freed too early, shared wrongly or copied badly changes the output.
 */
final class HashModel implements StepModel {
    static final int VOCABULARY = 64;
    static final int END = 0;

    /** What "keys and values" of a position are: a hash of its token and all before. By block and slot. */
    private final long[][] blocks;

    private final float[] logits;
    private final LongUnaryOperator onForward;
    private int poisonedRow = -1;

    /** @param onForward called with the number of rows before each step; may throw */
    HashModel(int blockCount, int maxLogits, LongUnaryOperator onForward) {
        this.blocks = new long[blockCount][KvLayout.TOKENS];
        this.logits = new float[maxLogits * VOCABULARY];
        this.onForward = onForward;
    }

    /** The next step gives no numbers for this row of logits. */
    void poison(int logitRow) {
        poisonedRow = logitRow;
    }

    @Override
    public void forward(StepBatch batch) {
        long fault = onForward.applyAsLong(batch.rows());
        for (int row = 0; row < batch.rows(); row++) {
            KvSequence sequence = batch.sequence(row);
            int position = batch.position(row);
            long before = position == 0 ? 0 : at(sequence, position - 1);
            blocks[sequence.block(position / KvLayout.TOKENS)][position % KvLayout.TOKENS] =
                    mix(before, batch.token(row));
        }
        if (fault != 0) {
            throw new IllegalStateException("a fault in the middle of a step");
        }
        for (int row = 0; row < batch.rows(); row++) {
            if (batch.logitRow(row) >= 0) {
                setLogits(batch, row);
            }
        }
        poisonedRow = -1;
    }

    private void setLogits(StepBatch batch, int row) {
        KvSequence sequence = batch.sequence(row);
        int position = batch.position(row);
        long hash = 0;
        for (int end = KvLayout.TOKENS - 1; end < position; end += KvLayout.TOKENS) {
            hash = mix(hash, at(sequence, end));
        }
        hash = mix(hash, at(sequence, position));
        int from = batch.logitRow(row) * VOCABULARY;
        java.util.Arrays.fill(logits, from, from + VOCABULARY, 0f);
        logits[from + token(hash)] = batch.logitRow(row) == poisonedRow ? Float.NaN : 1f;
    }

    private long at(KvSequence sequence, int position) {
        return blocks[sequence.block(position / KvLayout.TOKENS)][position % KvLayout.TOKENS];
    }

    private static int token(long hash) {
        return (int) Long.remainderUnsigned(hash, VOCABULARY);
    }

    private static long mix(long a, long b) {
        long z = (a ^ b) * 0x9e3779b97f4a7c15L + 0x632be59bd9b4e019L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** What a request must answer: computed from its tokens, without blocks. */
    static List<Integer> answer(int[] prompt, int maxTokens) {
        List<Integer> answer = new ArrayList<>();
        long blockHash = 0;
        long state = 0;
        int position = 0;
        int token;
        while (true) {
            token = position < prompt.length ? prompt[position] : answer.get(position - prompt.length);
            state = mix(state, token);
            if (position >= prompt.length - 1) {
                answer.add(token(mix(blockHash, state)));
                if (answer.getLast() == END || answer.size() == maxTokens) {
                    return answer;
                }
            }
            if (position % KvLayout.TOKENS == KvLayout.TOKENS - 1) {
                blockHash = mix(blockHash, state);
            }
            position++;
        }
    }

    @Override
    public float[] logits() {
        return logits;
    }

    @Override
    public float[] hidden() {
        throw new UnsupportedOperationException("the simulation embeds no text");
    }

    @Override
    public int width() {
        throw new UnsupportedOperationException("the simulation embeds no text");
    }

    @Override
    public int vocabulary() {
        return VOCABULARY;
    }

    @Override
    public void copyBlock(int from, int to) {
        System.arraycopy(blocks[from], 0, blocks[to], 0, KvLayout.TOKENS);
    }
}
