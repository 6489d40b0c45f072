package dev.stoa.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class EmbeddingQueueTest {
    /** A vector is the text's first id; the model waits until it may run. */
    private static final class Gated implements EmbeddingModel {
        final CountDownLatch gate = new CountDownLatch(1);
        final CountDownLatch entered = new CountDownLatch(1);
        final List<List<Integer>> runs = new CopyOnWriteArrayList<>();
        volatile boolean fails;

        @Override
        public int dimensions() {
            return 1;
        }

        @Override
        public int tokensMax() {
            return 512;
        }

        @Override
        public long[] tokens(String text) {
            return text.codePoints().asLongStream().toArray();
        }

        @Override
        public float[][] embed(List<long[]> texts) {
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            runs.add(texts.stream().map(ids -> ids.length).toList());
            if (fails) {
                throw new IllegalStateException("broken");
            }
            return texts.stream().map(ids -> new float[] {ids[0]}).toArray(float[][]::new);
        }

        @Override
        public void close() {}
    }

    private static long[] text(int first, int length) {
        long[] ids = new long[length];
        ids[0] = first;
        return ids;
    }

    @Test
    void putsTextsOfSimilarLengthTogetherAndAnswersInOrder() throws Exception {
        Gated model = new Gated();
        try (EmbeddingQueue queue = new EmbeddingQueue(model, 100)) {
            List<CompletableFuture<float[]>> first = queue.submit(List.of(text(1, 3)));
            model.entered.await();
            List<CompletableFuture<float[]>> rest = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                rest.addAll(queue.submit(List.of(text(10 + i, i % 2 == 0 ? 500 : 5))));
            }
            model.gate.countDown();
            assertThat(first.getFirst().get()).containsExactly(1);
            for (int i = 0; i < 10; i++) {
                assertThat(rest.get(i).get()).containsExactly(10 + i);
            }
        }
        assertThat(model.runs.get(0)).containsExactly(3);
        assertThat(model.runs.get(1)).containsExactly(5, 5, 5, 5, 5);
        assertThat(model.runs.stream().flatMap(List::stream)).hasSize(11);
        model.runs.forEach(run -> assertThat(run.size() * run.getLast()).isLessThanOrEqualTo(2048));
    }

    @Test
    void refusesARequestWholeWhenItIsFull() throws Exception {
        Gated model = new Gated();
        try (EmbeddingQueue queue = new EmbeddingQueue(model, 3)) {
            queue.submit(List.of(text(1, 1)));
            model.entered.await();
            List<CompletableFuture<float[]>> two = queue.submit(List.of(text(2, 1), text(3, 1)));
            assertThatThrownBy(() -> queue.submit(List.of(text(4, 1), text(5, 1))))
                    .isInstanceOfSatisfying(
                            StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED));
            List<CompletableFuture<float[]>> one = queue.submit(List.of(text(6, 1)));
            model.gate.countDown();
            assertThat(two.get(1).get()).containsExactly(3);
            assertThat(one.getFirst().get()).containsExactly(6);
        }
    }

    @Test
    void passesOverTextsWhoseReaderHasGone() throws Exception {
        Gated model = new Gated();
        try (EmbeddingQueue queue = new EmbeddingQueue(model, 10)) {
            queue.submit(List.of(text(1, 1)));
            model.entered.await();
            List<CompletableFuture<float[]>> gone = queue.submit(List.of(text(2, 7)));
            List<CompletableFuture<float[]>> waits = queue.submit(List.of(text(3, 9)));
            gone.getFirst().cancel(false);
            model.gate.countDown();
            assertThat(waits.getFirst().get()).containsExactly(3);
        }
        assertThat(model.runs).containsExactly(List.of(1), List.of(9));
    }

    @Test
    void aFailedRunEndsItsTextsAndNoOthers() throws Exception {
        Gated model = new Gated();
        model.gate.countDown();
        model.fails = true;
        try (EmbeddingQueue queue = new EmbeddingQueue(model, 10)) {
            CompletableFuture<float[]> broken =
                    queue.submit(List.of(text(1, 1))).getFirst();
            assertThatThrownBy(broken::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("broken");
            model.fails = false;
            assertThat(queue.submit(List.of(text(2, 1))).getFirst().get()).containsExactly(2);
        }
    }

    @Test
    void takesNothingOnceClosed() {
        Gated model = new Gated();
        model.gate.countDown();
        EmbeddingQueue queue = new EmbeddingQueue(model, 10);
        List<CompletableFuture<float[]>> last = queue.submit(List.of(text(1, 1)));
        queue.close();
        assertThat(last.getFirst()).isCompletedWithValueMatching(vector -> vector[0] == 1);
        assertThatThrownBy(() -> queue.submit(List.of(text(2, 1)))).isInstanceOf(StoaException.class);
    }
}
