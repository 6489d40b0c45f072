package dev.stoa.admission;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.admission.Budget.Period;
import dev.stoa.admission.Budget.Unit;
import dev.stoa.admission.LimitBook.Charge;
import dev.stoa.admission.LimitBook.Entry;
import dev.stoa.admission.LimitBook.Reserve;
import dev.stoa.admission.LimitBook.Settle;
import dev.stoa.admission.LimitBook.Touch;
import dev.stoa.admission.LimitBook.Verdict;
import dev.stoa.operations.postgres.TestPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import redis.clients.jedis.Jedis;

class RedisLimitBookTest extends LimitBookContract {
    private static final UUID SERVER = UUID.randomUUID();
    private static RedisServer redis;
    private static PostgresLimitBook kept;

    @BeforeAll
    static void start() throws IOException {
        redis = RedisServer.start();
        DataSource database = TestPostgres.freshDatabase();
        Flyway.configure().dataSource(database).load().migrate();
        kept = new PostgresLimitBook(
                new JdbcTemplate(database), new TransactionTemplate(new DataSourceTransactionManager(database)));
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
    }

    private static RedisLink link() {
        return new RedisLink(RedisAddress.of(new RedisSettings(redis.url(), "", "", Duration.ofSeconds(5))));
    }

    private static RedisLimitBook book(String source, SpendingWriter writer, RedisSpending spent) {
        // Its settlements are numbered from one.
        return new RedisLimitBook(new RedisScript(link(), source), UUID.randomUUID(), spent, writer);
    }

    @Override
    LimitBook book() {
        RedisSpending spent = new RedisSpending(kept, new RedisScript(link()));
        return book(RedisScript.source(), new SpendingWriter(spent), spent);
    }

    /** Both are told the same at the same times, with leaps over seconds, minutes and months. */
    @Test
    void judgesAsInMemory() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String source = RedisScript.source()
                .replace("redis.call('TIME')", "{redis.call('GET', 'second'), redis.call('GET', 'micro')}");
        RedisSpending spent = new RedisSpending(kept, new RedisScript(link(), source));
        RedisLimitBook book = book(source, new SpendingWriter(spent), spent);
        TreeMap<String, ScopeState> states = new TreeMap<>();
        List<ScopeRule> rules = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Scope scope = new Scope(Scope.Kind.WORKSPACE, UUID.randomUUID(), null);
            rules.add(new ScopeRule(
                    scope,
                    new RateLimits(3 + 5 * i, i == 3 ? RateLimits.UNLIMITED : 40, 60, 2 + i),
                    i % 2 == 0
                            ? List.of()
                            : List.of(
                                    new Budget(Period.values()[i % 3], Unit.TOKENS, 300),
                                    new Budget(Period.values()[i - 1], Unit.NANODOLLARS, 900))));
            states.put(scope.key(), new ScopeState());
        }
        List<Settle> running = new ArrayList<>();
        long millis = System.currentTimeMillis();
        int refused = 0;
        try (Jedis clock = new Jedis("127.0.0.1", redis.port())) {
            clock.set("second", Long.toString(millis / 1000));
            clock.set("micro", "0");
            // In memory, too, they begin with nothing spent.
            spent.begin(rules.stream().map(ScopeRule::scope).collect(Collectors.toSet()));
            for (int i = 0; i < 3_000; i++) {
                millis += leap(random);
                clock.set("second", Long.toString(millis / 1000));
                clock.set("micro", Long.toString(millis % 1000 * 1000));
                Entry entry = entry(random, rules, running);
                Verdict verdict = book.apply(SERVER, List.of(entry)).getFirst();
                assertThat(verdict)
                        .as("seed %d, step %d, %s", seed, i, entry)
                        .isEqualTo(LimitPages.apply(millis, SERVER, List.of(entry), states)
                                .getFirst());
                if (entry instanceof Reserve(List<ScopeRule> asked, Demand demand)) {
                    if (verdict.shortage() == null) {
                        Spending used = new Spending(demand.inputTokens(), random.nextInt(12), random.nextInt(40));
                        List<Scope> scopes =
                                asked.stream().map(ScopeRule::scope).toList();
                        running.add(new Settle(scopes, millis, demand, used));
                    } else {
                        refused++;
                    }
                }
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(300, 2_000);
    }

    private static long leap(Random random) {
        return switch (random.nextInt(200)) {
            case 0 -> Duration.ofDays(random.nextInt(40)).toMillis();
            case 1 -> Duration.ofHours(random.nextInt(24)).toMillis();
            case 2, 3 -> random.nextInt(70_000);
            default -> random.nextInt(1_000);
        };
    }

    private static Entry entry(Random random, List<ScopeRule> rules, List<Settle> running) {
        int kind = random.nextInt(20);
        if (kind == 0) {
            return new Charge(List.of(rules.get(1).scope()), new Spending(random.nextInt(5), 1, 7));
        }
        if (kind == 1) {
            Scope scope = rules.get(random.nextInt(4)).scope();
            return new Touch(Map.of(scope, new OnTheWay(1 + random.nextInt(2), 20, 30)));
        }
        if (kind < 11 && !running.isEmpty()) {
            return running.remove(random.nextInt(running.size()));
        }
        int from = random.nextInt(4);
        int likely = random.nextInt(12);
        Demand demand = new Demand(random.nextInt(12), likely, likely + random.nextInt(12), random.nextInt(50));
        return new Reserve(rules.subList(from, from + 1 + random.nextInt(4 - from)), demand);
    }

    @Test
    void whatWasSpentOutlivesIt() throws Exception {
        RedisSpending spent = new RedisSpending(kept, new RedisScript(link()));
        SpendingWriter writer = new SpendingWriter(spent);
        RedisLimitBook book = book(RedisScript.source(), writer, spent);
        ScopeRule rule = new ScopeRule(
                new Scope(Scope.Kind.KEY, UUID.randomUUID(), null),
                RateLimits.NONE,
                List.of(new Budget(Period.MONTH, Unit.TOKENS, 100)));
        Demand demand = new Demand(10, 20, 50, 0);
        Verdict first =
                book.apply(SERVER, List.of(new Reserve(List.of(rule), demand))).getFirst();
        Settle settle = new Settle(List.of(rule.scope()), first.atMillis(), demand, new Spending(10, 50, 0));
        book.apply(SERVER, List.of(settle));
        Verdict second =
                book.apply(SERVER, List.of(new Reserve(List.of(rule), demand))).getFirst();
        assertThat(second.shortage()).as("60 of 100 are spent").isNull();
        writer.start();
        writer.stop();
        redis.kill();
        redis.startAgain();
        // What this server has on its way is told anew, and what was spent is read from PostgreSQL.
        Touch mine = new Touch(Map.of(rule.scope(), OnTheWay.NOTHING.plus(demand)));
        List<Verdict> after = book.apply(SERVER, List.of(mine, new Reserve(List.of(rule), demand)));
        assertThat(requireNonNull(after.get(1).shortage()).what()).isEqualTo(ScopeState.What.BUDGET);
        book.apply(SERVER, List.of(new Settle(List.of(rule.scope()), second.atMillis(), demand, Spending.NOTHING)));
        assertThat(book.apply(SERVER, List.of(new Reserve(List.of(rule), demand)))
                        .getFirst()
                        .shortage())
                .as("60 of 100 are spent")
                .isNull();
    }
}
