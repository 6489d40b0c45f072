package dev.stoa.inference.routing;

import dev.stoa.inference.Workers;
import dev.stoa.inference.reuse.Answers;
import dev.stoa.shared.Announcements;
import dev.stoa.shared.Limits;
import dev.stoa.shared.MasterKey;
import dev.stoa.shared.SecretBox;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class RoutingConfiguration {
    /** The topic that the triggers of the catalogue's tables announce. */
    private static final String TOPIC = "catalogue";

    @Bean
    SecretBox secretBox(MasterKey key, @Value("${stoa.data}") Path dataFolder, RandomGenerator random) {
        return key.box(dataFolder, random);
    }

    @Bean
    CatalogueStore catalogueStore(JdbcClient jdbc, SecretBox secrets, Clock clock) {
        return new CatalogueStore(jdbc, secrets, clock);
    }

    @Bean
    Catalogues catalogues(
            CatalogueStore store,
            Workers local,
            Routes routes,
            RolloutJournal journal,
            TransactionTemplate transaction,
            Clock clock) {
        return new Catalogues(store, local, routes, journal, transaction, clock);
    }

    @Bean
    Deployments deployments(
            Workers local, CatalogueStore store, RoutingSettings settings, Clock clock, BreakerJournal journal) {
        return new Deployments(local, store, settings, clock, journal);
    }

    @Bean
    Routes routes(Workers local, Deployments deployments, CatalogueStore store, Clock clock) {
        return new Routes(local, deployments, store, clock);
    }

    @Bean
    Rollouts rollouts() {
        return new Rollouts();
    }

    @Bean
    RolloutExchange rolloutExchange(
            JdbcTemplate jdbc, Rollouts rollouts, Routes routes, ObjectProvider<Router> router) {
        return new RolloutExchange(
                jdbc,
                UUID.randomUUID(),
                rollouts,
                routes::watched,
                () -> router.getObject().judgeAll());
    }

    @Bean
    Router router(
            Workers local,
            Routes routes,
            Catalogues catalogues,
            RoutingSettings settings,
            Rollouts rollouts,
            RolloutExchange exchange,
            Limits limits,
            Answers answers,
            Announcements announcements,
            MeterRegistry meters,
            RandomGenerator random) {
        Router router = new Router(
                local,
                routes,
                catalogues,
                settings,
                rollouts,
                exchange::forget,
                new Shadows(settings.shadows(), limits.requestTime(), meters),
                answers,
                meters,
                random,
                System::nanoTime);
        routes.refresh();
        announcements.listen(TOPIC, routes::refresh);
        exchange.start();
        return router;
    }
}
