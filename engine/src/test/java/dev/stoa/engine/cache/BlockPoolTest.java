package dev.stoa.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockPoolTest {
    @Test
    void randomUseLosesNoBlock() {
        long seed = 7;
        Random random = new Random(seed);
        BlockPool pool = new BlockPool(20);
        List<KvSequence> open = new ArrayList<>();
        for (int step = 0; step < 2000; step++) {
            if (random.nextBoolean()) {
                int tokens = 1 + random.nextInt(100);
                pool.reserve(tokens).ifPresent(sequence -> {
                    sequence.grow(1 + random.nextInt(tokens));
                    open.add(sequence);
                });
            } else if (!open.isEmpty()) {
                open.remove(random.nextInt(open.size())).close();
            }
            pool.validate(open);
        }
        open.forEach(KvSequence::close);
        pool.validate(List.of());
        assertThat(pool.used()).as("seed %d", seed).isZero();
    }

    @Test
    void nothingIsPromisedTwice() {
        BlockPool pool = new BlockPool(4);
        KvSequence first = pool.reserve(3 * 16).orElseThrow();
        assertThat(pool.reserve(17)).isEmpty();
        assertThat(pool.reserve(16)).isPresent();
        assertThatThrownBy(() -> first.grow(3 * 16 + 1)).isInstanceOf(IllegalStateException.class);
        first.close();
        first.close();
        assertThat(pool.reserve(3 * 16)).isPresent();
    }
}
