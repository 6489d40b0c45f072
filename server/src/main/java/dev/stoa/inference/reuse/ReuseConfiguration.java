package dev.stoa.inference.reuse;

import dev.stoa.shared.Announcements;
import dev.stoa.shared.SecretBox;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.random.RandomGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class ReuseConfiguration {
    /** The topic that the trigger of the table announces. */
    private static final String TOPIC = "answer_cache";

    @Bean
    AnswerStore answerStore(JdbcClient jdbc, TransactionTemplate transaction, SecretBox secrets, AnswerLimits limits) {
        return new AnswerStore(jdbc, transaction, secrets, limits);
    }

    @Bean
    Answers answers(AnswerStore store, Announcements announcements, MeterRegistry meters, Clock clock) {
        Answers answers = new Answers(store, meters, clock);
        answers.refresh();
        announcements.listen(TOPIC, answers::refresh);
        return answers;
    }

    @Bean
    AnswerCaches answerCaches(AnswerStore store, AnswerLimits limits, RandomGenerator random) {
        return new AnswerCaches(store, limits, random);
    }

    @Bean
    AnswerSweeper answerSweeper(AnswerStore store) {
        return new AnswerSweeper(store);
    }
}
