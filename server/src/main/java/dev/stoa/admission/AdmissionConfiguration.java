package dev.stoa.admission;

import dev.stoa.shared.Announcements;
import dev.stoa.shared.Limits;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class AdmissionConfiguration {
    /** The topic that the triggers of the two tables announce. */
    private static final String TOPIC = "limits";

    /** This server among those that share the book; a new one at each start, so that a dead one is never taken for it. */
    private final UUID server = UUID.randomUUID();

    @Bean
    LimitRepository limitRepository(JdbcClient jdbc) {
        return new LimitRepository(jdbc);
    }

    @Bean
    LimitAdministration limitAdministration(LimitRepository repository, TransactionTemplate transaction, Clock clock) {
        return new LimitAdministration(repository, transaction, clock);
    }

    @Bean(destroyMethod = "close")
    LimitBooks limitBooks(Limits limits, RedisSettings redis, JdbcTemplate jdbc, TransactionTemplate transaction) {
        return switch (limits.store()) {
            case POSTGRES -> LimitBooks.inPostgres(jdbc, transaction);
            case REDIS -> LimitBooks.inRedis(redis, server, jdbc, transaction);
        };
    }

    @Bean
    SpendingWriter spendingWriter(LimitBooks books) {
        return books.spending();
    }

    @Bean
    LimitKeeper limitKeeper(LimitBooks books) {
        return new LimitKeeper(books.book(), server);
    }

    private static RateLimits ofKeys(Limits limits) {
        return new RateLimits(
                limits.requestsPerMinute(),
                orUnlimited(limits.inputTokensPerMinute()),
                orUnlimited(limits.outputTokensPerMinute()),
                limits.inFlightPerKey());
    }

    private static long orUnlimited(long bound) {
        return bound == 0 ? RateLimits.UNLIMITED : bound;
    }

    @Bean
    Admission admission(
            Limits limits,
            LimitRepository repository,
            LimitKeeper keeper,
            SpendingWriter spending,
            Announcements announcements,
            MeterRegistry meters,
            Clock clock) {
        LimitRules rules = new LimitRules(ofKeys(limits));
        rules.replace(repository.all());
        announcements.listen(TOPIC, () -> rules.replace(repository.all()));
        Admission admission = new Admission(limits, rules, keeper, new LocalLimitBook(clock), spending, server);
        Gauge.builder("stoa_limit_store_up", admission, each -> each.isShared() ? 1 : 0)
                .register(meters);
        FunctionCounter.builder("stoa_requests_without_limit_store", admission, Admission::decidedAlone)
                .register(meters);
        return admission;
    }
}
