package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.admission.Admission;
import dev.stoa.admission.Budget;
import dev.stoa.admission.LimitAdministration;
import dev.stoa.admission.RateLimits;
import dev.stoa.admission.Scope;
import dev.stoa.admission.ScopeRule;
import dev.stoa.api.ApiServer;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Two servers on one database under many clients: limits and budgets hold over both, and usage is what was counted. */
abstract class TwoServers {
    static final Duration SOON = Duration.ofSeconds(30);
    private static final int CLIENTS = 200;
    private static final int ANSWER_TOKENS = 8;
    private static final List<String> SETTINGS = List.of(
            "--stoa.mock-models=mock-0-0-8",
            "--stoa.limits.in-flight-per-key=1000",
            "--stoa.limits.limit-store-wait=20s");
    static List<ApiServer> servers;
    static LimitAdministration administration;
    static Caller caller;

    /** Settings that each of them has beside those of the test. */
    static void start(List<String> ofFirst, List<String> ofSecond) throws IOException {
        ApiServer first = ApiServer.start("", with(ofFirst));
        servers = List.of(first, first.startBeside(with(ofSecond)));
        administration = first.part(LimitAdministration.class);
        caller = first.part(Identity.class).authenticate(ApiServer.KEY);
    }

    private static String[] with(List<String> more) {
        return Stream.concat(SETTINGS.stream(), more.stream()).toArray(String[]::new);
    }

    @AfterAll
    static void stop() throws IOException {
        for (ApiServer server : servers) {
            server.close();
        }
    }

    private static long spent(Scope scope) {
        return administration.spent(scope, Budget.Period.DAY, Budget.Unit.TOKENS);
    }

    /** What was spent, when all of it is written. */
    static long spentAtRest(Scope scope) {
        await().atMost(SOON).until(() -> inFlight() == 0);
        AtomicLong last = new AtomicLong(-1);
        await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> {
            long now = spent(scope);
            return last.getAndSet(now) == now;
        });
        return last.get();
    }

    /** Asks each server until it counts what it spends, as one that has not heard of a rule would not. */
    static void awaitCounting(Scope scope) {
        for (ApiServer server : servers) {
            long before = spent(scope);
            await().atMost(SOON).until(() -> {
                ask(server);
                return spent(scope) > before;
            });
        }
    }

    private static HttpRequest request(ApiServer server, boolean stream) {
        String body = "{\"model\":\"mock-0-" + (stream ? 3 : 0) + "-" + ANSWER_TOKENS + "\",\"max_tokens\":"
                + ANSWER_TOKENS + ",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"twelve chars\"}]}";
        return server.request("/v1/messages")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    static HttpResponse<String> ask(ApiServer server) throws IOException, InterruptedException {
        return server.http().send(request(server, false), HttpResponse.BodyHandlers.ofString());
    }

    private interface Client {
        void run(int number) throws Exception;
    }

    private static void atOnce(Client client) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> faults = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    client.run(number);
                } catch (Throwable e) {
                    faults.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void aLimitIsExactOverBoth() throws Exception {
        int limit = 100;
        Scope scope = new Scope(Scope.Kind.ORGANIZATION, caller.organizationId(), null);
        long none = RateLimits.UNLIMITED;
        administration.set(new ScopeRule(scope, new RateLimits(limit, none, none, none), List.of()));
        AtomicInteger admitted = new AtomicInteger();
        for (ApiServer server : servers) {
            await().atMost(SOON).until(() -> {
                HttpResponse<String> response = ask(server);
                boolean heard = response.headers()
                        .firstValue("anthropic-ratelimit-requests-limit")
                        .orElse("")
                        .equals("" + limit);
                if (heard && response.statusCode() == 200) {
                    admitted.incrementAndGet();
                }
                return heard;
            });
        }
        AtomicInteger refused = new AtomicInteger();
        long beginNanos = System.nanoTime();
        atOnce(number -> {
            for (int i = 0; i < 2; i++) {
                HttpResponse<String> response = ask(servers.get((number + i) % 2));
                if (response.statusCode() == 200) {
                    admitted.incrementAndGet();
                } else {
                    assertThat(response.statusCode()).as(response.body()).isEqualTo(429);
                    assertThat(Integer.parseInt(
                                    response.headers().firstValue("retry-after").orElseThrow()))
                            .isBetween(1, 61);
                    refused.incrementAndGet();
                }
            }
        });
        if (System.nanoTime() - beginNanos < Duration.ofSeconds(50).toNanos()) {
            assertThat(admitted).hasValue(limit);
            assertThat(refused.get()).isGreaterThanOrEqualTo(2 * CLIENTS - limit);
        }
        administration.set(new ScopeRule(scope, RateLimits.NONE, List.of()));
    }

    @Test
    void aBudgetHoldsAndUsageIsWhatWasCountedThoughAThirdOfTheClientsLeave() throws Exception {
        Scope scope = new Scope(Scope.Kind.WORKSPACE, caller.workspaceId(), null);
        long budget = 3_000;
        administration.set(new ScopeRule(
                scope, RateLimits.NONE, List.of(new Budget(Budget.Period.DAY, Budget.Unit.TOKENS, budget))));
        awaitCounting(scope);
        long spentBefore = spentAtRest(scope);
        AtomicInteger refused = new AtomicInteger();
        String startedAt = servers.getFirst()
                .jdbc()
                .sql("select clock_timestamp()::text")
                .query(String.class)
                .single();
        atOnce(number -> {
            for (int i = 0; i < 3; i++) {
                ApiServer server = servers.get((number + i) % 2);
                HttpResponse<InputStream> response =
                        server.http().send(request(server, true), HttpResponse.BodyHandlers.ofInputStream());
                try (InputStream body = response.body()) {
                    if (response.statusCode() != 200) {
                        assertThat(response.statusCode()).isEqualTo(402);
                        refused.incrementAndGet();
                    } else if (number % 3 == 0) {
                        body.read(new byte[1 + number]);
                    } else {
                        assertThat(new String(body.readAllBytes())).contains("message_stop");
                    }
                }
            }
        });
        await().atMost(SOON).until(() -> inFlight() == 0);
        long[] spent = {0};
        await().atMost(SOON).untilAsserted(() -> {
            spent[0] = spent(scope);
            assertThat(servers.getFirst()
                            .jdbc()
                            .sql("select sum(input_tokens + output_tokens) from usage_event where at >= ?::timestamptz")
                            .param(startedAt)
                            .query(Long.class)
                            .single())
                    .isEqualTo(spent[0] - spentBefore);
        });
        long reservation = 4 + ANSWER_TOKENS;
        assertThat(spent[0]).isBetween(budget - reservation, budget + reservation);
        assertThat(refused.get()).isPositive();
        administration.set(new ScopeRule(scope, RateLimits.NONE, List.of()));
    }

    private static int inFlight() {
        return servers.stream()
                .mapToInt(server -> server.part(Admission.class).inFlight())
                .sum();
    }
}
