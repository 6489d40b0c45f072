package dev.stoa.admission;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import redis.clients.jedis.Jedis;

/**
 * Where limits are counted, and what carries spending past it. What is not configured is not loaded.
 *
 * @param end closes what it holds
 */
record LimitBooks(LimitBook book, SpendingWriter spending, Runnable end) implements AutoCloseable {

    static LimitBooks inPostgres(JdbcTemplate jdbc, TransactionTemplate transaction) {
        PostgresLimitBook book = new PostgresLimitBook(jdbc, transaction);
        return new LimitBooks(book, new SpendingWriter(book), () -> {});
    }

    /** @throws dev.stoa.operations.OperatorException if the settings can't be used */
    static LimitBooks inRedis(RedisSettings settings, UUID server, JdbcTemplate jdbc, TransactionTemplate transaction) {
        RedisAddress address = RedisAddress.of(settings);
        RedisLink counting = new RedisLink(address);
        RedisLink telling = new RedisLink(address);
        counting.requireWilling(Jedis::ping);
        RedisSpending spent = new RedisSpending(new PostgresLimitBook(jdbc, transaction), new RedisScript(telling));
        SpendingWriter writer = new SpendingWriter(spent);
        RedisLimitBook book = new RedisLimitBook(new RedisScript(counting), server, spent, writer);
        return new LimitBooks(book, writer, () -> {
            counting.close();
            telling.close();
        });
    }

    @Override
    public void close() {
        end.run();
    }
}
