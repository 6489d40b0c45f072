package dev.stoa.inference.reuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.identity.TestMembers;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.operations.postgres.TestPostgres;
import dev.stoa.shared.SecretBox;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/** Where answers come from, with what is kept in a real PostgreSQL. */
class AnswersTest {
    private static final AnswerLimits LIMITS =
            new AnswerLimits(DataSize.ofMegabytes(1), DataSize.ofMegabytes(1), Duration.ofDays(1));

    /** A run that fails at once. */
    private static final class Failing implements TokenStream {
        @Override
        public @Nullable Event next(Duration timeout) {
            throw new IllegalStateException("over");
        }

        @Override
        public TokenUsage usage() {
            return TokenUsage.NONE;
        }

        @Override
        public void close() {}
    }

    @Test
    void nobodyJoinsARunThatAnErrorKeptFromBeginning() {
        DataSource database = TestPostgres.freshDatabase();
        Flyway.configure().dataSource(database).load().migrate();
        JdbcClient jdbc = JdbcClient.create(database);
        TestMembers.add(jdbc);
        UUID organization =
                jdbc.sql("SELECT id FROM organization").query(UUID.class).single();
        AnswerStore store = new AnswerStore(
                jdbc,
                new TransactionTemplate(new JdbcTransactionManager(database)),
                new SecretBox(new byte[32], new SecureRandom()),
                LIMITS);
        store.enable(organization, Duration.ofDays(1), new byte[16]);
        Answers answers = new Answers(store, new SimpleMeterRegistry(), Clock.systemUTC());
        answers.refresh();
        GenerationRequest request = GenerationRequest.builder(
                        "req_1", "tiny", new Prompt.Text("a"), 10, Sampling.GREEDY, "openai")
                .build()
                .withScheduling(Scheduling.DEFAULT.withTenant(organization.toString()));
        assertThatThrownBy(() -> answers.start(request, () -> "r1", _ -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        try (TokenStream again = answers.start(request, () -> "r1", _ -> new Failing())) {
            assertThat(again.reuse()).isEqualTo(Reuse.MISS);
        }
    }
}
