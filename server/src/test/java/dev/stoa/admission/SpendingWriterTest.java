package dev.stoa.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

class SpendingWriterTest {
    @Test
    void writesAllOfItThoughTheBookFailedAtFirst() throws Exception {
        Scope scope = new Scope(Scope.Kind.KEY, UUID.randomUUID(), null);
        Spending used = new Spending(10, 2, 7);
        AtomicInteger tries = new AtomicInteger();
        Map<Scope, Spending> book = new ConcurrentHashMap<>();
        CountDownLatch written = new CountDownLatch(1);
        SpendingWriter writer = new SpendingWriter(spent -> {
            switch (tries.getAndIncrement()) {
                case 0 -> throw new DataAccessResourceFailureException("away");
                case 1 -> throw new IllegalStateException("a bug");
                case 2 -> throw new StackOverflowError();
                default -> {
                    spent.forEach((each, more) -> book.merge(each, more, Spending::plus));
                    written.countDown();
                }
            }
        });
        writer.add(List.of(scope), used);
        writer.start();
        assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
        writer.stop();
        assertThat(book).containsExactly(Map.entry(scope, used));
    }
}
