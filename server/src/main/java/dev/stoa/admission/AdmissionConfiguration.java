package dev.stoa.admission;

import dev.stoa.shared.Announcements;
import dev.stoa.shared.Limits;
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

    @Bean
    LimitKeeper limitKeeper(JdbcTemplate jdbc, TransactionTemplate transaction) {
        return new LimitKeeper(new PostgresLimitBook(jdbc, transaction), server);
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
            Limits limits, LimitRepository repository, LimitKeeper keeper, Announcements announcements, Clock clock) {
        LimitRules rules = new LimitRules(ofKeys(limits));
        rules.replace(repository.all());
        announcements.listen(TOPIC, () -> rules.replace(repository.all()));
        return new Admission(limits, rules, keeper, new LocalLimitBook(clock), server);
    }
}
