package dev.stoa.operations;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Brings the tables up to date at a start. Tables that a newer server has changed are left alone: this one doesn't know
 * what it would write into them.
 */
final class SchemaMigration {
    private static final Logger log = LoggerFactory.getLogger(SchemaMigration.class);
    private static final String NO_PRIVILEGE = "42501";

    private SchemaMigration() {}

    /**
     * @param acceptNewer whether to start although a newer server has changed the tables
     * @throws OperatorException if one has and that isn't accepted, or the tables can't be made or changed
     */
    static void run(Flyway flyway, boolean acceptNewer) {
        try {
            List<String> newer = unknownTo(flyway);
            if (newer.isEmpty()) {
                tell(flyway);
                flyway.migrate();
                return;
            }
            if (!acceptNewer) {
                throw new OperatorException(
                        ("A newer Stoa has changed the tables of this database (migrations %s). Start"
                                        + " that one, restore the backup from before the upgrade, or, at your own risk, start"
                                        + " with STOA_ACCEPT_NEWER_SCHEMA=true.")
                                .formatted(String.join(", ", newer)));
            }
            log.warn("A newer Stoa has changed the tables (migrations {}); started as told", String.join(", ", newer));
            Flyway.configure(flyway.getConfiguration().getClassLoader())
                    .configuration(flyway.getConfiguration())
                    .ignoreMigrationPatterns("*:future", "*:missing")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new OperatorException(explain(NestedExceptionUtils.getMostSpecificCause(e)), e);
        }
    }

    /** It may take minutes, in which nothing answers. */
    private static void tell(Flyway flyway) {
        boolean made = flyway.info().current() != null;
        int pending = flyway.info().pending().length;
        if (made && pending > 0) {
            log.info("Brings the tables of the database up to date ({} changes)", pending);
        }
    }

    /** Versions that the database has seen and this server doesn't bring; parts number theirs in ranges, so any may be. */
    private static List<String> unknownTo(Flyway flyway) {
        return Arrays.stream(flyway.info().all())
                .filter(each -> each.getVersion() != null)
                .filter(each -> each.getState().isApplied() && !each.getState().isResolved())
                .map(MigrationInfo::getVersion)
                .map(String::valueOf)
                .toList();
    }

    private static String explain(Throwable root) {
        String advice = root instanceof SQLException sql && NO_PRIVILEGE.equals(sql.getSQLState())
                ? "Let its user make tables there: GRANT CREATE ON SCHEMA public TO the user, or make it the owner of the"
                        + " database."
                : "Nothing of the migration that failed was kept; start again when the cause is gone.";
        return "The tables of the database can't be made or brought up to date: %s. %s"
                .formatted(String.valueOf(root.getMessage()).strip().replaceAll("\\s+", " "), advice);
    }
}
