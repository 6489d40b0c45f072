package dev.stoa.api.chat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.stoa.conversation.ChatSettings;
import dev.stoa.conversation.PersonalLimits;
import dev.stoa.conversation.ScriptedGenerations;
import dev.stoa.conversation.WordCountingInference;
import dev.stoa.idempotency.IdempotencyLimits;
import dev.stoa.identity.AdminKey;
import dev.stoa.identity.FirstStart;
import dev.stoa.identity.PasskeySettings;
import dev.stoa.identity.PublicAddress;
import dev.stoa.identity.SignInSettings;
import dev.stoa.identity.oidc.OidcSettings;
import dev.stoa.operations.postgres.TestPostgres;
import dev.stoa.shared.Limits;
import java.time.Clock;
import java.util.Arrays;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The chat side of the service on a port of its own and a real PostgreSQL; only the model is played
 * ({@link ScriptedGenerations}). Several may share a database.
 */
public final class ChatServer implements AutoCloseable {
    private final ConfigurableApplicationContext context;
    private final DataSource database;
    private final String key;

    private ChatServer(DataSource database, Clock clock, String... settings) {
        this.database = database;
        SpringApplicationBuilder builder = new SpringApplicationBuilder(Application.class)
                .initializers(context -> {
                    var beans = context.getBeanFactory();
                    beans.registerSingleton("testDatabase", new TestDatabase(database));
                    beans.registerSingleton("clock", clock);
                })
                .properties("stoa.limits.drain=2s", "spring.main.allow-bean-definition-overriding=false");
        String[] arguments = Arrays.copyOf(settings, settings.length + 1);
        // Not a default property: the service's own settings file names a port.
        arguments[settings.length] = "--server.port=0";
        this.context = builder.run(arguments);
        this.key = context.getBean(FirstStart.class).newKey().orElse("");
    }

    public static ChatServer start(String... settings) {
        return new ChatServer(TestPostgres.freshDatabase(), Clock.systemUTC(), settings);
    }

    public static ChatServer start(Clock clock, String... settings) {
        return new ChatServer(TestPostgres.freshDatabase(), clock, settings);
    }

    /** Another server on the same database. */
    public ChatServer twin(String... settings) {
        return new ChatServer(database, Clock.systemUTC(), settings);
    }

    /** The generated first key; "" for a server that was not the first on its database. */
    public String key() {
        return key;
    }

    public ScriptedGenerations model() {
        return context.getBean(ScriptedGenerations.class);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    public JdbcClient jdbc() {
        return context.getBean(JdbcClient.class);
    }

    public int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @Override
    public void close() {
        context.close();
    }

    private record TestDatabase(DataSource source) {}

    /** Not a {@code @Configuration}, so that the service's own component scan passes it over. */
    @EnableAutoConfiguration
    @EnableConfigurationProperties({
        AdminKey.class,
        ChatSettings.class,
        IdempotencyLimits.class,
        Limits.class,
        OidcSettings.class,
        PasskeySettings.class,
        PersonalLimits.class,
        PublicAddress.class,
        SignInSettings.class
    })
    @ComponentScan(
            basePackages = {
                "dev.stoa.identity",
                "dev.stoa.conversation",
                "dev.stoa.document",
                "dev.stoa.idempotency",
                "dev.stoa.shared",
                "dev.stoa.api"
            },
            excludeFilters =
                    @ComponentScan.Filter(
                            type = FilterType.REGEX,
                            pattern =
                                    "dev\\.stoa\\.api\\.((anthropic|openai|admin|operations|websocket)\\..*|GivenDocuments)"))
    static class Application {
        @Bean
        DataSource dataSource(TestDatabase database) {
            HikariConfig pool = new HikariConfig();
            pool.setDataSource(database.source());
            pool.setMaximumPoolSize(5);
            return new HikariDataSource(pool);
        }

        @Bean
        ScriptedGenerations generations() {
            return new ScriptedGenerations();
        }

        @Bean
        WordCountingInference inference() {
            return new WordCountingInference();
        }
    }
}
