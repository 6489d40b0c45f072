package dev.stoa.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.cache.PrefixCache.Match;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
    private static final byte[] SECRET = {1, 2, 3};

    private final BlockPool pool = new BlockPool(8);
    private final PrefixCache cache = new PrefixCache(pool, SECRET, true);
    private final List<String> copies = new ArrayList<>();

    /** A sequence whose tokens have all been computed. */
    private KvSequence computed(PrefixChain chain, int[] tokens) {
        KvSequence sequence = new KvSequence(pool);
        int found = attach(sequence, chain, tokens);
        assertThat(sequence.grow(tokens.length)).isTrue();
        cache.record(sequence, chain, tokens, found, tokens.length);
        return sequence;
    }

    private int attach(KvSequence sequence, PrefixChain chain, int[] tokens) {
        Match match = cache.find(chain, tokens, tokens.length - 1);
        return cache.attach(sequence, chain, tokens, match, (from, to) -> copies.add(from + "→" + to));
    }

    private static int[] tokens(int count) {
        return IntStream.range(0, count).map(i -> 100 + i).toArray();
    }

    @Test
    void fullBlocksAreSharedAndTheLastOneIsCopied() {
        int[] thread = tokens(40);
        KvSequence first = computed(cache.chain("a"), thread);
        int[] longer = Arrays.copyOf(thread, 44);
        KvSequence second = computed(cache.chain("a"), longer);
        assertThat(List.of(second.block(0), second.block(1))).containsExactly(first.block(0), first.block(1));
        assertThat(second.block(2)).isNotEqualTo(first.block(2));
        assertThat(copies).containsExactly(first.block(2) + "→" + second.block(2));
        assertThat(pool.used()).isEqualTo(4);
        pool.validate(List.of(first, second));
        cache.validate();
    }

    @Test
    void oneTokenIsAlwaysLeftToCompute() {
        int[] thread = tokens(32);
        cache.release(computed(cache.chain("a"), thread));
        assertThat(attach(new KvSequence(pool), cache.chain("a"), thread)).isEqualTo(31);
    }

    @Test
    void anEndedSequenceIsFoundUntilItsBlocksAreNeededTailsFirst() {
        int[] thread = tokens(40);
        cache.release(computed(cache.chain("a"), thread));
        assertThat(pool.used()).isZero();
        assertThat(cache.find(cache.chain("a"), thread, 39).tokens()).isEqualTo(39);
        KvSequence other = new KvSequence(pool);
        assertThat(other.grow(6 * KvLayout.TOKENS)).isTrue();
        assertThat(cache.find(cache.chain("a"), thread, 39).tokens()).isEqualTo(32);
        assertThat(other.grow(7 * KvLayout.TOKENS)).isTrue();
        assertThat(cache.find(cache.chain("a"), thread, 39).tokens()).isEqualTo(16);
        assertThat(other.grow(9 * KvLayout.TOKENS)).isFalse();
        pool.validate(List.of(other));
        cache.validate();
    }

    @Test
    void tenantsFindNothingOfEachOther() {
        cache.release(computed(cache.chain("a"), tokens(40)));
        assertThat(cache.find(cache.chain("b"), tokens(40), 39).tokens()).isZero();
    }

    @Test
    void anotherBeginningIsFoundAsFarAsItGoes() {
        cache.release(computed(cache.chain("a"), tokens(40)));
        int[] other = tokens(40);
        other[20] = 7;
        assertThat(cache.find(cache.chain("a"), other, 39).tokens()).isEqualTo(20);
        other[3] = 7;
        assertThat(cache.find(cache.chain("a"), other, 39).tokens()).isEqualTo(3);
    }

    @Test
    void whoBeginsWithWhatIsBeingComputedWaitsForIt() {
        int[] thread = tokens(40);
        PrefixChain first = cache.chain("a");
        cache.announce(first, thread, 0, 40, 1);
        PrefixChain second = cache.chain("a");
        assertThat(cache.awaits(second, Arrays.copyOf(thread, 60), 59, 1)).isTrue();
        assertThat(cache.awaits(cache.chain("a"), thread, 39, 0))
                .as("for one less urgent")
                .isFalse();
        assertThat(cache.awaits(cache.chain("b"), thread, 39, 1))
                .as("of another tenant")
                .isFalse();
        KvSequence sequence = new KvSequence(pool);
        assertThat(sequence.grow(40)).isTrue();
        cache.record(sequence, first, thread, 0, 20);
        assertThat(cache.awaits(second, Arrays.copyOf(thread, 60), 59, 1)).isTrue();
        cache.record(sequence, first, thread, 20, 40);
        assertThat(cache.awaits(second, Arrays.copyOf(thread, 60), 59, 1)).isFalse();
    }

    @Test
    void nobodyWaitsForWhatWasGivenUp() {
        PrefixChain first = cache.chain("a");
        cache.announce(first, tokens(40), 0, 40, 1);
        PrefixChain second = cache.chain("a");
        assertThat(cache.awaits(second, tokens(40), 39, 1)).isTrue();
        cache.withdraw(first, tokens(40));
        assertThat(cache.awaits(second, tokens(40), 39, 1)).isFalse();
    }

    @Test
    void namesDependOnTheSecretTheTenantAndEveryToken() {
        PrefixHasher hasher = new PrefixHasher(SECRET);
        PrefixHash root = hasher.root("a");
        assertThat(root).isEqualTo(new PrefixHasher(SECRET).root("a"));
        assertThat(root).isNotEqualTo(new PrefixHasher(new byte[] {9}).root("a"));
        int[] tokens = tokens(16);
        PrefixHash name = hasher.next(root, tokens, 0);
        for (int i = 0; i < 16; i++) {
            int[] other = tokens.clone();
            other[i] ^= 1 << 20;
            assertThat(hasher.next(root, other, 0)).isNotEqualTo(name);
        }
    }

    @Test
    void randomUseLosesNoBlock() {
        long seed = Long.getLong("stoa.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<KvSequence> open = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextBoolean()) {
                int[] tokens = random.ints(1 + random.nextInt(70), 0, 2).toArray();
                PrefixChain chain = cache.chain("a");
                KvSequence sequence = new KvSequence(pool);
                int found = attach(sequence, chain, tokens);
                open.add(sequence);
                if (sequence.grow(tokens.length)) {
                    cache.record(sequence, chain, tokens, found, tokens.length);
                }
            } else if (!open.isEmpty()) {
                cache.release(open.remove(random.nextInt(open.size())));
            }
            pool.validate(open);
            cache.validate();
        }
        open.forEach(cache::release);
        pool.validate(List.of());
        assertThat(pool.used()).as("-Dstoa.test.seed=%d", seed).isZero();
    }

    @Test
    void aClosedSequenceTakesNothing() {
        KvSequence sequence = new KvSequence(pool);
        sequence.close();
        sequence.close();
        assertThatThrownBy(() -> sequence.grow(1)).isInstanceOf(IllegalStateException.class);
    }
}
