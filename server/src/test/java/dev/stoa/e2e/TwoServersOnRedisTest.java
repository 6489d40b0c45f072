package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.admission.Budget;
import dev.stoa.admission.RateLimits;
import dev.stoa.admission.RedisServer;
import dev.stoa.admission.Scope;
import dev.stoa.admission.ScopeRule;
import dev.stoa.api.ApiServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Redis counts. The first server goes on alone when Redis is away, the second refuses. */
@Tag("e2e")
class TwoServersOnRedisTest extends TwoServers {
    private static RedisServer redis;

    @BeforeAll
    static void start() throws IOException {
        redis = RedisServer.start();
        List<String> settings = List.of("--stoa.limits.store=redis", "--stoa.redis.url=" + redis.url());
        start(settings, List.of(settings.get(0), settings.get(1), "--stoa.limits.open-without-limit-store=false"));
    }

    @AfterAll
    static void stopRedis() throws IOException {
        redis.close();
    }

    private static boolean isReady(ApiServer server, int status, String word) throws Exception {
        HttpResponse<String> ready = server.get("/health/ready");
        return ready.statusCode() == status && ready.body().contains(word);
    }

    @Test
    void whatWasSpentOutlivesRedis() throws Exception {
        ApiServer open = servers.getFirst();
        ApiServer closed = servers.getLast();
        Scope scope = new Scope(Scope.Kind.MEMBER, caller.memberId(), null);
        administration.set(budget(scope, 1_000_000));
        awaitCounting(scope);
        long before = spentAtRest(scope);

        redis.kill();
        await().atMost(SOON).until(() -> isReady(open, 200, "alone") && isReady(closed, 503, "limit_store_down"));
        assertThat(ask(open).statusCode()).isEqualTo(200);
        assertThat(ask(closed).statusCode()).isEqualTo(529);
        assertThat(open.get("/metrics").body()).contains("stoa_limit_store_up 0.0");
        long after = spentAtRest(scope);
        assertThat(after).as("spent while Redis was away").isGreaterThan(before);

        redis.startAgain();
        await().atMost(SOON).until(() -> !isReady(open, 200, "alone") && isReady(closed, 200, "ready"));
        administration.set(budget(scope, after));
        for (ApiServer server : servers) {
            await().atMost(SOON).until(() -> ask(server).statusCode() == 402);
        }
        administration.set(new ScopeRule(scope, RateLimits.NONE, List.of()));
    }

    private static ScopeRule budget(Scope scope, long tokens) {
        return new ScopeRule(
                scope, RateLimits.NONE, List.of(new Budget(Budget.Period.DAY, Budget.Unit.TOKENS, tokens)));
    }
}
