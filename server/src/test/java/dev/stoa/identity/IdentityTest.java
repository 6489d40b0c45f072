package dev.stoa.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.operations.postgres.TestPostgres;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Keys, sessions and the first start on a real PostgreSQL, with a clock that the test moves. */
class IdentityTest {
    private static final SignInSettings SETTINGS =
            new SignInSettings(10, Duration.ofMinutes(1), 30, 10, Duration.ofMinutes(10));

    private static final String PRESET = "sk-stoa-preset_preset_preset_preset_preset";
    private static final Duration BEYOND_CACHE = IdentityLimits.CREDENTIAL_CACHE_TTL.plusMillis(1);

    private final MovableClock clock = new MovableClock();
    private final SecureRandom random = new SecureRandom();
    private DataSource database;
    private JdbcClient jdbc;
    private Identity identity;

    @BeforeEach
    void migrate() {
        database = TestPostgres.freshDatabase();
        Flyway.configure().dataSource(database).load().migrate();
        jdbc = JdbcClient.create(database);
        identity = new Identity(new IdentityRepository(jdbc), new SignInAttempts(jdbc, SETTINGS), clock, random);
    }

    private FirstStart start(String presetKey) {
        return new FirstStart(
                new IdentityRepository(jdbc),
                new TransactionTemplate(new DataSourceTransactionManager(database)),
                clock,
                random,
                new AdminKey(presetKey));
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.AUTHENTICATION))
                .hasMessage("The key or session is not valid.");
    }

    @Test
    void theFirstKeyIsHandedOutOnceAndWorks() {
        FirstStart first = start("");
        String key = first.newKey().orElseThrow();
        assertThat(first.newKey()).isEmpty();
        assertThat(start("").newKey()).isEmpty();
        assertThat(identity.member(identity.authenticate(key)).name()).isEqualTo("Operator");
        assertThat(jdbc.sql("SELECT count(*) FROM api_key").query(Integer.class).single())
                .isEqualTo(1);
        String stored = jdbc.sql("SELECT api_key::text FROM api_key")
                .query(String.class)
                .single();
        assertThat(stored).doesNotContain(key.substring("sk-stoa-".length()));
    }

    @Test
    void aStartThatFailsBeforeTheKeyIsShownMakesNone() {
        start(""); // and something else fails then
        assertThat(jdbc.sql("SELECT count(*) FROM member").query(Integer.class).single())
                .isZero();
        assertThat(start("").newKey()).isPresent();
    }

    @Test
    void remindsOfTheFirstKeyUntilSomebodyComesIn() {
        String key = start("").newKey().orElseThrow();
        assertThat(start("").awaitsFirstSignIn()).isTrue();
        assertThat(start(PRESET).awaitsFirstSignIn())
                .as("the operator has one in hand")
                .isFalse();
        identity.signIn(key, new Device("127.0.0.1", ""));
        assertThat(start("").awaitsFirstSignIn()).isFalse();
    }

    @Test
    void ofServersThatStartAtOnceOneMakesTheKey() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Optional<String>> task = () -> start("").newKey();
            List<Future<Optional<String>>> starts = threads.invokeAll(List.of(task, task, task, task));
            int made = 0;
            for (Future<Optional<String>> done : starts) {
                made += done.get().isPresent() ? 1 : 0;
            }
            assertThat(made).isEqualTo(1);
        }
        assertThat(jdbc.sql("SELECT count(*) FROM member").query(Integer.class).single())
                .isEqualTo(1);
    }

    @Test
    void aPresetKeyIsTakenAndALaterOneIsAdded() {
        assertThat(start(PRESET).newKey()).isEmpty();
        start(PRESET);
        start(PRESET + "2");
        assertThat(identity.authenticate(PRESET).memberId())
                .isEqualTo(identity.authenticate(PRESET + "2").memberId());
        assertThat(jdbc.sql("SELECT count(*) FROM api_key").query(Integer.class).single())
                .isEqualTo(2);
    }

    @Test
    void aWeakPresetKeyStopsTheStart() {
        assertThatThrownBy(() -> start("changeme")).hasMessageContaining("STOA_ADMIN_KEY");
        assertThat(jdbc.sql("SELECT count(*) FROM member").query(Integer.class).single())
                .isZero();
    }

    @Test
    void aDisabledKeyStopsWorkingPromptlyAndItsSessionsWithIt() {
        start(PRESET);
        String token = identity.signIn(PRESET, new Device("127.0.0.1", "")).token();
        identity.authenticateSession(token);
        jdbc.sql("UPDATE api_key SET disabled_at = now()").update();
        clock.advance(BEYOND_CACHE);
        assertRefused(() -> identity.authenticate(PRESET));
        assertRefused(() -> identity.authenticateSession(token));
        start(PRESET);
        assertRefused(() -> identity.authenticate(PRESET));
    }

    @Test
    void anExpiredKeyIsRefusedLikeAnUnknownOne() {
        start(PRESET);
        jdbc.sql("UPDATE api_key SET expires_at = :at")
                .param("at", clock.instant().plusSeconds(60).atOffset(java.time.ZoneOffset.UTC))
                .update();
        identity.authenticate(PRESET);
        clock.advance(Duration.ofSeconds(60));
        assertRefused(() -> identity.authenticate(PRESET));
        assertRefused(() -> identity.authenticate("sk-stoa-unknown"));
        assertRefused(() -> identity.authenticate("x".repeat(100_000)));
    }

    @Test
    void theTimeOfLastUseIsWrittenOnceAMinute() {
        start(PRESET);
        Instant first = clock.instant();
        identity.authenticate(PRESET);
        assertThat(lastUsed()).isEqualTo(first);
        clock.advance(Duration.ofSeconds(30));
        identity.authenticate(PRESET);
        assertThat(lastUsed()).isEqualTo(first);
        clock.advance(Duration.ofSeconds(31));
        identity.authenticate(PRESET);
        assertThat(lastUsed()).isEqualTo(first.plusSeconds(61));
    }

    private Instant lastUsed() {
        return jdbc.sql("SELECT last_used_at FROM api_key")
                .query((row, index) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .single();
    }

    @Test
    void aSessionSlidesWhileItIsUsedAndEndsUnused() {
        start(PRESET);
        String token = identity.signIn(PRESET, new Device("127.0.0.1", "")).token();
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofDays(29));
            identity.authenticateSession(token);
        }
        clock.advance(Duration.ofDays(30).plusSeconds(1));
        assertRefused(() -> identity.authenticateSession(token));
    }

    @Test
    void aSessionEndsAtSignOutAndItsTokenIsStoredNowhere() {
        start(PRESET);
        String token = identity.signIn(PRESET, new Device("127.0.0.1", "")).token();
        assertThat(jdbc.sql("SELECT session::text FROM session")
                        .query(String.class)
                        .single())
                .doesNotContain(token);
        identity.authenticateSession(token);
        identity.signOut(token);
        assertRefused(() -> identity.authenticateSession(token));
        assertRefused(() -> identity.authenticateSession(PRESET));
    }

    @Test
    void wrongKeysAreLimitedPerAddressAndRightOnesAreNot() {
        start(PRESET);
        for (int i = 0; i < 3 * SETTINGS.addressFailures(); i++) {
            identity.signIn(PRESET, new Device("192.0.2.1", ""));
        }
        for (int i = 0; i < SETTINGS.addressFailures(); i++) {
            assertRefused(() -> identity.signIn("sk-stoa-wrong", new Device("192.0.2.1", "")));
        }
        assertThatThrownBy(() -> identity.signIn(PRESET, new Device("192.0.2.1", "")))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RATE_LIMITED));
        identity.signIn(PRESET, new Device("192.0.2.2", ""));
        clock.advance(SETTINGS.addressWindow().plusMillis(1));
        identity.signIn(PRESET, new Device("192.0.2.1", ""));
    }

    @Test
    void attemptsAreCountedOverAllServers() throws Exception {
        SignInLimiter here = new SignInAttempts(jdbc, SETTINGS).byAccount(clock);
        SignInLimiter there = new SignInAttempts(jdbc, SETTINGS).byAccount(clock);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = new java.util.ArrayList<java.util.concurrent.Future<Boolean>>();
            for (int i = 0; i < 3 * SETTINGS.accountFailures(); i++) {
                SignInLimiter one = i % 2 == 0 ? here : there;
                tries.add(threads.submit(() -> passes(one, "ada@example.org")));
            }
            int passed = 0;
            for (var each : tries) {
                passed += each.get() ? 1 : 0;
            }
            assertThat(passed).isEqualTo(SETTINGS.accountFailures());
        }
        assertThat(passes(there, "grace@example.org")).isTrue();
        // What is kept names nobody, and is gone some time after its window.
        assertThat(jdbc.sql("SELECT count(*) FROM sign_in_attempt")
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
        clock.advance(SETTINGS.accountWindow().plusSeconds(1));
        assertThat(passes(here, "ada@example.org")).isTrue();
        assertThat(jdbc.sql("SELECT count(*) FROM sign_in_attempt")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    private static boolean passes(SignInLimiter limiter, String account) {
        try {
            limiter.begin(account);
            return true;
        } catch (StoaException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.RATE_LIMITED);
            return false;
        }
    }

    @Test
    void anIpv6NetworkCountsAsOneAddress() {
        SignInLimiter limiter = new SignInAttempts(jdbc, SETTINGS).byAddress(clock);
        for (int i = 0; i < SETTINGS.addressFailures(); i++) {
            limiter.begin("2001:db8:1:2::" + Integer.toHexString(i));
        }
        assertThatThrownBy(() -> limiter.begin("2001:db8:1:2:ffff::1")).isInstanceOf(StoaException.class);
        limiter.begin("2001:db8:1:3::1");
    }
}
