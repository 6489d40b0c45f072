package dev.stoa.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.batch.ItemRepository.Claimed;
import dev.stoa.identity.Caller;
import dev.stoa.identity.TestIdentity;
import dev.stoa.shared.Ids;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Whatever goes wrong with an item, its server does not keep it. */
class BatchItemsTest {
    private static final Instant NOW = Instant.parse("2026-11-25T14:35:12Z");
    private static final BatchLimits LIMITS =
            new Binder(new MapConfigurationPropertySource(Map.of())).bindOrCreate("stoa.batch", BatchLimits.class);

    /** A database that fails. */
    private interface Failing {
        Connection connect() throws SQLException;

        default JdbcClient client() {
            return JdbcClient.create(new AbstractDataSource() {
                @Override
                public Connection getConnection() throws SQLException {
                    return connect();
                }

                @Override
                public Connection getConnection(String username, String password) throws SQLException {
                    return connect();
                }
            });
        }
    }

    /** What becomes of an item of which the database can't say whether its key is good. */
    private static List<String> fate(Failing database) {
        List<String> told = new ArrayList<>();
        JdbcClient client = database.client();
        BatchRepository batches = new BatchRepository(client) {
            @Override
            void postpone(UUID id, Instant until) {
                told.add("waits for " + Duration.between(NOW, until));
            }
        };
        ItemRepository items = new ItemRepository(client, new JdbcTemplate()) {
            @Override
            void release(Claimed item, UUID server, int faults) {
                told.add("released, faults: " + faults);
            }
        };
        Caller caller = new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        Claimed item = new Claimed(UUID.randomUUID(), 0, 1, 0, caller, "none", "/none", "", NOW.plusSeconds(9), "{}");
        new BatchItems(
                        batches,
                        items,
                        List.of(),
                        TestIdentity.of(client),
                        LIMITS,
                        new TransactionTemplate(),
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        new Ids(new Random(1)))
                .run(item, UUID.randomUUID(), () -> false);
        return told;
    }

    @Test
    void waitsForTheDatabase() {
        assertThat(fate(() -> {
                    throw new SQLException("away");
                }))
                .containsExactly("waits for PT5S", "released, faults: 0");
    }

    @Test
    void isTriedAgainAfterAnError() {
        assertThat(fate(() -> {
                    throw new StackOverflowError();
                }))
                .containsExactly("released, faults: 1");
    }
}
