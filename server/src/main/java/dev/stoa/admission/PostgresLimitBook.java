package dev.stoa.admission;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The book of all servers of one database, in {@code limit_state}, a row for each scope. A batch locks the rows it is
 * about in the order of their keys, changes them in memory and writes them back. However many entries it has, that is two
 * round trips: the driver sends BEGIN with the first statement, and the last brings its COMMIT along. Time is the
 * database's, so that servers whose clocks differ count alike.
 *
 * <p>A commit does not wait for the disk: after a crash of the database the last fraction of a second may be uncounted,
 * which is less than a lost minute of service. Thread-safe.
 */
final class PostgresLimitBook implements LimitBook, SpendingBook {
    private static final String LOCK = """
            SELECT key, state, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
                set_config('synchronous_commit', 'off', true)
            FROM limit_state WHERE key = ANY (?) ORDER BY key FOR UPDATE
            """;
    private static final String CREATE = """
            INSERT INTO limit_state (key, state) SELECT unnest(?::text[]), ? ON CONFLICT (key) DO NOTHING
            """;
    private static final String WRITE = """
            UPDATE limit_state SET state = new.state, changed_at = now()
            FROM unnest(?::text[], ?::bytea[]) AS new (key, state) WHERE limit_state.key = new.key;
            COMMIT
            """;
    /** Rows known to be there; forgotten all at once when there are too many to remember. */
    private static final int KNOWN_MAX = 100_000;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final ConcurrentHashMap<String, Boolean> known = new ConcurrentHashMap<>();

    PostgresLimitBook(JdbcTemplate jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    private record Row(String key, ScopeState state, long now) {}

    /** What is done to rows that are locked, at the database's time. */
    private interface Change<T> {
        T apply(long now, SortedMap<String, ScopeState> states);
    }

    /**
     * Scopes after they were charged.
     *
     * @param atMillis by the database's clock
     */
    record Charged(long atMillis, Map<Scope, ScopeState> states) {}

    @Override
    public List<Verdict> apply(UUID server, List<Entry> entries) {
        SortedSet<String> keys = LimitPages.keys(entries);
        if (keys.isEmpty()) {
            jdbc.execute("SELECT 1");
            return LimitPages.apply(System.currentTimeMillis(), server, entries, new TreeMap<>());
        }
        return change(keys, (now, states) -> LimitPages.apply(now, server, entries, states));
    }

    @Override
    public void charge(Map<Scope, Spending> used) {
        if (!used.isEmpty()) {
            charged(used);
        }
    }

    /** Counts it, and tells what there is now; {@link Spending#NOTHING} only asks. */
    Charged charged(Map<Scope, Spending> used) {
        SortedSet<String> keys = new TreeSet<>();
        used.keySet().forEach(scope -> keys.add(scope.key()));
        return change(keys, (now, states) -> {
            Map<Scope, ScopeState> after = new HashMap<>();
            used.forEach((scope, each) -> {
                ScopeState state = LimitPages.of(states, scope);
                state.charge(now, each);
                after.put(scope, state);
            });
            return new Charged(now, after);
        });
    }

    private <T> T change(SortedSet<String> keys, Change<T> change) {
        String[] names = keys.toArray(String[]::new);
        if (!known.keySet().containsAll(keys)) {
            jdbc.update(CREATE, names, new ScopeState().encode());
            if (known.size() > KNOWN_MAX) {
                known.clear();
            }
            keys.forEach(key -> known.put(key, true));
        }
        T result = transaction.execute(_ -> changeLocked(names, change));
        if (result == null) {
            throw new IllegalStateException("a transaction gives back what was done in it");
        }
        return result;
    }

    private <T> T changeLocked(String[] names, Change<T> change) {
        List<Row> rows = jdbc.query(LOCK, PostgresLimitBook::row, (Object) names);
        if (rows.size() < names.length) {
            known.clear();
            throw new ConcurrencyFailureException("rows of limits were deleted");
        }
        SortedMap<String, ScopeState> states = new TreeMap<>();
        long now = 0;
        for (Row row : rows) {
            states.put(row.key(), row.state());
            now = Math.max(now, row.now());
        }
        T result = change.apply(now, states);
        byte[][] encoded = states.values().stream().map(ScopeState::encode).toArray(byte[][]::new);
        jdbc.update(WRITE, states.keySet().toArray(String[]::new), encoded);
        return result;
    }

    private static Row row(ResultSet row, int index) throws SQLException {
        return new Row(row.getString("key"), ScopeState.decode(row.getBytes("state")), row.getLong("now"));
    }
}
