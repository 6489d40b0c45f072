package dev.stoa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.KvType;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.cache.PrefixCache;
import dev.stoa.engine.cache.PrefixChain;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.kernel.KernelChoice;
import dev.stoa.engine.kernel.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AttentionTilesTest {
    private static final int BLOCK = 16;
    private static final int BLOCKS = 1_000;
    private static final long SEED = Long.getLong("stoa.test.seed", System.nanoTime());

    private final BlockPool pool = new BlockPool(BLOCKS);
    private final PrefixCache cache = new PrefixCache(pool, new byte[] {1}, true);

    /** A sequence with blocks for all its tokens, the full ones shared with those that begin alike. */
    private KvSequence known(int[] tokens) {
        KvSequence sequence = new KvSequence(pool);
        PrefixChain chain = cache.chain("a");
        int limit = (tokens.length - 1) / BLOCK * BLOCK;
        int found = cache.attach(sequence, chain, tokens, cache.find(chain, tokens, limit), (from, to) -> {});
        assertThat(sequence.grow(tokens.length)).isTrue();
        cache.record(sequence, chain, tokens, found, tokens.length);
        return sequence;
    }

    /** The first {@code common} tokens are those of all, the others its own. */
    private static int[] tokens(int common, int length, int own) {
        return IntStream.range(0, length)
                .map(i -> i < common ? 100 + i % 900 : 1_000 + (own * 31 + i) % 900)
                .toArray();
    }

    private static AttentionTiles planned(StepBatch batch, int rowsMax, boolean joins) {
        AttentionTiles tiles = new AttentionTiles(batch.rows() + batch.room(), rowsMax, joins);
        tiles.plan(batch);
        boolean[] seen = new boolean[batch.rows()];
        for (int tile = 0; tile < tiles.count(); tile++) {
            assertThat(tiles.rows(tile)).as("seed %d", SEED).isBetween(1, rowsMax);
            for (int i = 0; i < tiles.rows(tile); i++) {
                int row = tiles.row(tile, i);
                assertThat(seen[row]).as("row %d twice, seed %d", row, SEED).isFalse();
                seen[row] = true;
                KvSequence first = tiles.sequence(tile, 0);
                if (tiles.sequence(tile, i) != first) {
                    assertThat(tiles.shared(tile)).isLessThanOrEqualTo(tiles.position(tile, i) + 1);
                    for (int block = 0; block < tiles.shared(tile) / BLOCK; block++) {
                        assertThat(tiles.sequence(tile, i).block(block))
                                .as("seed %d", SEED)
                                .isEqualTo(first.block(block));
                    }
                }
            }
        }
        assertThat(seen).as("seed %d", SEED).doesNotContain(false);
        return tiles;
    }

    @Test
    void rowsOfQuestionsOfOneThreadAreTogetherAndOthersAlone() {
        StepBatch batch = new StepBatch(16);
        for (int i = 0; i < 7; i++) {
            batch.add(known(tokens(100, 103 + i, i)), 102 + i, 0, true);
            if (i == 3) {
                batch.add(known(tokens(0, 90, 77)), 89, 0, true);
            }
        }
        AttentionTiles tiles = planned(batch, 5, true);
        assertThat(IntStream.range(0, tiles.count()).map(tiles::rows)).containsExactly(5, 1, 2);
        assertThat(tiles.shared(0)).isEqualTo(96);
        assertThat(planned(batch, 5, false).count()).isEqualTo(8);
    }

    @Test
    void anyBatchIsGroupedWholly() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            StepBatch batch = new StepBatch(64);
            List<KvSequence> sequences = new ArrayList<>();
            while (batch.rows() < 40) {
                int[] tokens = tokens(random.nextInt(200), 1 + random.nextInt(220), random.nextInt(3));
                KvSequence sequence = known(tokens);
                sequences.add(sequence);
                int rows = 1 + random.nextInt(Math.min(tokens.length, random.nextBoolean() ? 1 : 12));
                for (int position = tokens.length - rows; position < tokens.length; position++) {
                    batch.add(sequence, position, 0, false);
                }
            }
            planned(batch, 1 + random.nextInt(8), true);
            sequences.forEach(cache::release);
        }
    }

    @Test
    void togetherAndAloneGiveTheSameBits() {
        compare(TestModels.smollm2(), 100, 1);
    }

    /** Most layers see 512 tokens: most of what is shared. */
    @Test
    void togetherAndAloneGiveTheSameBitsInAWindow() {
        compare(TestModels.gemma3(), 540, 1);
    }

    /** Most layers see nothing of what is shared. */
    @Test
    void togetherAndAloneGiveTheSameBitsBeyondAWindow() {
        compare(TestModels.gemma3(), 560, 555);
    }

    private void compare(Path path, int thread, int own) {
        try (GgufFile file = GgufFile.open(path);
                Workers workers = new Workers(2)) {
            Model model = Model.load(file, workers);
            KvStorage storage = new KvStorage(model.kvLayout(KvType.BF16), BLOCKS);
            Transformer transformer = new Transformer(model, KernelChoice.make().kernels(), workers, storage, 128, 8);
            int vocabulary = model.config().vocabulary();
            List<int[]> all = IntStream.range(0, 8)
                    .mapToObj(i -> tokens(thread - i % 2 * 20, thread + own + 5 * i, i))
                    .toList();
            List<float[]> alone = all.stream()
                    .map(tokens -> {
                        KvSequence sequence = new KvSequence(pool);
                        assertThat(sequence.grow(tokens.length)).isTrue();
                        compute(transformer, sequence, tokens, 0, tokens.length);
                        float[] logits = Arrays.copyOf(transformer.logits(), vocabulary);
                        sequence.close();
                        return logits;
                    })
                    .toList();
            StepBatch batch = new StepBatch(8);
            for (int[] tokens : all) {
                // What another sequence has computed is the same; it is written again only where nobody shares it.
                KvSequence sequence = new KvSequence(pool);
                PrefixChain chain = cache.chain("a");
                int found = cache.attach(
                        sequence, chain, tokens, cache.find(chain, tokens, tokens.length - 1), storage::copy);
                assertThat(sequence.grow(tokens.length)).isTrue();
                compute(transformer, sequence, tokens, found, tokens.length - 1);
                cache.record(sequence, chain, tokens, found, tokens.length - 1);
                batch.add(sequence, tokens.length - 1, tokens[tokens.length - 1], true);
            }
            assertThat(planned(batch, 4, true).count()).isLessThan(8);
            transformer.forward(batch);
            for (int i = 0; i < all.size(); i++) {
                assertThat(Arrays.copyOfRange(transformer.logits(), i * vocabulary, (i + 1) * vocabulary))
                        .as("row %d", i)
                        .isEqualTo(alone.get(i));
            }
        }
    }

    /** The logits are of the last token. */
    private static void compute(Transformer transformer, KvSequence sequence, int[] tokens, int from, int to) {
        for (int begin = from; begin < to; begin += 100) {
            StepBatch batch = new StepBatch(100);
            for (int i = begin; i < Math.min(to, begin + 100); i++) {
                batch.add(sequence, i, tokens[i], i == to - 1);
            }
            transformer.forward(batch);
        }
    }
}
