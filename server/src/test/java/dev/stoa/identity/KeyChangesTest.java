package dev.stoa.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stoa.operations.postgres.TestPostgres;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Duration;
import java.util.EnumSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Who may change whose key, and two who change one at the same time, on a real PostgreSQL. */
class KeyChangesTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final MovableClock clock = new MovableClock();
    private final SecureRandom random = new SecureRandom();
    private final Uuid7 ids = new Uuid7(clock, random);
    private final UUID organization = ids.next();
    private final UUID workspace = ids.next();
    private DataSource database;
    private JdbcClient jdbc;
    private Administration administration;
    private Caller operator;
    private Caller admin;
    private Caller developer;

    @BeforeEach
    void migrate() {
        database = TestPostgres.freshDatabase();
        Flyway.configure().dataSource(database).load().migrate();
        jdbc = JdbcClient.create(database);
        administration = new Administration(
                new KeyRepository(jdbc),
                new TeamRepository(jdbc),
                new AccountRepository(jdbc),
                new AuditLog(jdbc, clock, random),
                new TransactionTemplate(new DataSourceTransactionManager(database)),
                clock,
                random);
        UUID first = ids.next();
        new IdentityRepository(jdbc).insertOperator(organization, workspace, first, clock.instant());
        operator = new Caller(organization, workspace, first, ids.next());
        admin = member(Role.ADMIN);
        developer = member(Role.DEVELOPER);
    }

    private Caller member(Role role) {
        UUID id = ids.next();
        new AccountRepository(jdbc)
                .insertMember(id, organization, workspace, role.label(), null, null, role, clock.instant());
        return new Caller(organization, workspace, id, ids.next());
    }

    private UUID keyOf(Caller owner, UUID place) {
        return create(owner, place).key().id();
    }

    private NewKey create(Caller owner, UUID place) {
        return administration.createKey(owner, null, "key", place, EnumSet.of(KeyScope.INFERENCE), null);
    }

    private ApiKey.Status set(Caller actor, UUID key, ApiKey.Status status) {
        return administration.changeKey(actor, key, null, status).status();
    }

    private static void assertRefused(ErrorKind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void nobodyChangesAKeyOfSomebodyAbove() {
        UUID key = keyOf(operator, workspace);
        for (ApiKey.Status status : EnumSet.of(ApiKey.Status.INACTIVE, ApiKey.Status.ARCHIVED)) {
            assertRefused(ErrorKind.PERMISSION, () -> set(admin, key, status));
        }
        assertRefused(ErrorKind.PERMISSION, () -> administration.changeKey(admin, key, "mine", null));
        assertThat(set(operator, keyOf(admin, workspace), ApiKey.Status.INACTIVE))
                .isEqualTo(ApiKey.Status.INACTIVE);
    }

    @Test
    void aKeyIsSwitchedOnByWhoeverSwitchedItOffOrRulesOverThem() {
        UUID key = keyOf(developer, workspace);
        set(developer, key, ApiKey.Status.INACTIVE);
        assertThat(set(developer, key, ApiKey.Status.ACTIVE)).isEqualTo(ApiKey.Status.ACTIVE);

        set(admin, key, ApiKey.Status.INACTIVE);
        assertRefused(ErrorKind.PERMISSION, () -> set(developer, key, ApiKey.Status.ACTIVE));
        assertRefused(ErrorKind.PERMISSION, () -> set(developer, key, ApiKey.Status.INACTIVE));
        assertThat(set(member(Role.ADMIN), key, ApiKey.Status.ACTIVE)).isEqualTo(ApiKey.Status.ACTIVE);

        set(operator, key, ApiKey.Status.INACTIVE);
        assertRefused(ErrorKind.PERMISSION, () -> set(admin, key, ApiKey.Status.ACTIVE));
        assertThat(set(developer, key, ApiKey.Status.ARCHIVED))
                .as("it stays off")
                .isEqualTo(ApiKey.Status.ARCHIVED);
    }

    @Test
    void aWorkspacesAdministratorSwitchesOnOnlyWhatItSwitchedOff() {
        UUID lab = administration.createWorkspace(operator, "lab").id();
        Caller lead = member(Role.USER);
        new TeamRepository(jdbc)
                .insertMember(
                        new WorkspaceMember(lab, lead.memberId(), WorkspaceRole.WORKSPACE_ADMIN), clock.instant());
        UUID key = keyOf(operator, lab);
        set(lead, key, ApiKey.Status.INACTIVE);
        assertThat(set(lead, key, ApiKey.Status.ACTIVE)).isEqualTo(ApiKey.Status.ACTIVE);
        set(operator, key, ApiKey.Status.INACTIVE);
        assertRefused(ErrorKind.PERMISSION, () -> set(lead, key, ApiKey.Status.ACTIVE));
    }

    @Test
    void aKeyThatIsArchivedWhileItIsSwitchedOnStaysOff() throws Exception {
        UUID key = keyOf(developer, workspace);
        set(developer, key, ApiKey.Status.INACTIVE);
        String archive = "UPDATE api_key SET archived_at = now(), disabled_at = now() WHERE id = '" + key + "'";
        assertConflict(archive, () -> set(developer, key, ApiKey.Status.ACTIVE));
        assertThat(jdbc.sql("SELECT disabled_at IS NOT NULL FROM api_key WHERE id = ?")
                        .param(key)
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void noKeyIsMadeInAWorkspaceThatIsArchivedMeanwhile() throws Exception {
        UUID lab = administration.createWorkspace(operator, "lab").id();
        assertConflict(archive(lab), () -> create(operator, lab));
        UUID other = administration.createWorkspace(operator, "other").id();
        UUID old = keyOf(operator, other);
        assertConflict(archive(other), () -> administration.rotateKey(operator, old, Duration.ZERO));
        assertThat(administration.keys(operator)).hasSize(1);
    }

    private static String archive(UUID workspace) {
        return "UPDATE workspace SET archived_at = now() WHERE id = '" + workspace + "'";
    }

    /** Does the work while another transaction has done the change and not yet ended. */
    private void assertConflict(String change, Callable<?> work) throws Exception {
        // The connection ends first, and with it the wait of the work, whatever fails.
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute(change);
            Future<?> done = threads.submit(work);
            await().atMost(BOUND).until(() -> done.isDone() || somebodyWaitsForALock());
            other.commit();
            assertThatThrownBy(() -> done.get(BOUND.toSeconds(), TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT));
        }
    }

    private boolean somebodyWaitsForALock() {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }
}
