package dev.stoa.admission;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.stoa.operations.postgres.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Measures what an admission costs in PostgreSQL and in Redis, in turns: callers that reserve in three scopes, one with a
 * budget, settle and begin again. A program, not a test; prints a table. Arguments: seconds of a turn, then numbers of callers.
 */
final class LimitStores {
    private static final int TURNS = 3;
    private static final Demand DEMAND = new Demand(10, 20, 50, 100);

    private LimitStores() {}

    public static void main(String[] arguments) throws Exception {
        Duration turn = Duration.ofSeconds(Long.parseLong(arguments[0]));
        HikariConfig pool = new HikariConfig();
        pool.setDataSource(TestPostgres.freshDatabase());
        pool.setMaximumPoolSize(4);
        try (HikariDataSource database = new HikariDataSource(pool);
                RedisServer redis = RedisServer.start()) {
            Flyway.configure().dataSource(database).load().migrate();
            JdbcTemplate jdbc = new JdbcTemplate(database);
            TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
            UUID server = UUID.randomUUID();
            RedisSettings settings = new RedisSettings(redis.url(), "", "", Duration.ofSeconds(5));
            List<LimitBooks> stores = List.of(
                    LimitBooks.inPostgres(jdbc, transaction), LimitBooks.inRedis(settings, server, jdbc, transaction));
            System.out.println("callers  store     admissions/s  p50 ms  p99 ms");
            for (int round = 0; round <= TURNS; round++) {
                for (int i = 1; i < arguments.length; i++) {
                    for (LimitBooks store : stores) {
                        turn(store, server, Integer.parseInt(arguments[i]), round == 0 ? Duration.ofSeconds(2) : turn);
                    }
                }
            }
            stores.forEach(LimitBooks::close);
        }
    }

    private static void turn(LimitBooks store, UUID server, int callers, Duration time) throws InterruptedException {
        LimitKeeper keeper = new LimitKeeper(store.book(), server);
        keeper.start();
        store.spending().start();
        ScopeRule organization = rule(List.of(new Budget(Budget.Period.MONTH, Budget.Unit.TOKENS, 1L << 40)));
        long[][] nanos = new long[callers][];
        long endNanos = System.nanoTime() + time.toNanos();
        List<Thread> threads = new ArrayList<>();
        AtomicInteger all = new AtomicInteger();
        for (int i = 0; i < callers; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                List<ScopeRule> rules = List.of(organization, rule(List.of()), rule(List.of()));
                List<Scope> scopes = rules.stream().map(ScopeRule::scope).toList();
                long[] mine = new long[200_000];
                int count = 0;
                while (System.nanoTime() < endNanos && count < mine.length) {
                    long beginNanos = System.nanoTime();
                    LimitBook.Verdict verdict = await(keeper, rules);
                    mine[count++] = System.nanoTime() - beginNanos;
                    keeper.settle(scopes, verdict.atMillis(), DEMAND, new Spending(10, 15, 90));
                }
                nanos[number] = Arrays.copyOf(mine, count);
                all.addAndGet(count);
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        keeper.stop();
        store.spending().stop();
        long[] sorted =
                Arrays.stream(nanos).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%7d  %-8s  %12.0f  %6.2f  %6.2f%n",
                callers,
                store.book() instanceof RedisLimitBook ? "Redis" : "Postgres",
                all.get() / (time.toMillis() / 1e3),
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6);
    }

    private static LimitBook.Verdict await(LimitKeeper keeper, List<ScopeRule> rules) {
        try {
            return keeper.reserve(rules, DEMAND).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ScopeRule rule(List<Budget> budgets) {
        Scope scope = new Scope(Scope.Kind.WORKSPACE, UUID.randomUUID(), null);
        return new ScopeRule(scope, new RateLimits(1 << 30, 1L << 40, 1L << 40, 1 << 20), budgets);
    }
}
