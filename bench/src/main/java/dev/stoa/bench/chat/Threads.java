package dev.stoa.bench.chat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Puts conversations into the database as the service would have left them. Triggers don't run meanwhile: they would
 * change the one row of the member's clock once for each message in one transaction, which grows with the square of
 * their number. What they would have set is set here.
 */
final class Threads {
    /** From here on the index of words is built once at the end. */
    private static final int MANY_MESSAGES = 100_000;

    private static final String MEMBER = "(SELECT id FROM member ORDER BY created_at LIMIT 1)";

    private static final String CONVERSATIONS = """
            INSERT INTO conversation (id, member_id, title, created_at, updated_at, version)
            SELECT md5('bench-c-' || ? || '-' || c)::uuid, m.id, 'Conversation ' || c, now() - c * interval '1 minute',
                now() - c * interval '1 minute',
                coalesce((SELECT version FROM member_clock WHERE member_id = m.id), 0) + c
            FROM %s AS m, generate_series(1, ?) AS c
            """.formatted(MEMBER);

    /**
     * Lines of questions and answers; texts have code, lists and words that differ, as those of people do. The first
     * messages of all conversations come before the second ones, so that those of one lie apart from each other.
     */
    private static final String MESSAGES = """
            INSERT INTO message (id, conversation_id, parent_id, role, text, state, created_at, ended_at, version)
            SELECT md5('bench-m-' || n || '-' || c || '-' || m)::uuid, md5('bench-c-' || n || '-' || c)::uuid,
                CASE WHEN m > 1 THEN md5('bench-m-' || n || '-' || c || '-' || (m - 1))::uuid END,
                CASE WHEN m % 2 = 1 THEN 'user' ELSE 'assistant' END,
                CASE WHEN m % 2 = 1 THEN 'How does part ' || m || ' of plan ' || c || ' work?'
                ELSE 'It has **three** steps:' || E'\\n\\n1. read `part_' || m || E'`\\n2. think\\n3. write\\n\\n'
                    || E'```python\\nprint(' || c || E')\\n```\\n\\nThen comes '
                    || md5(c::text || '-' || m::text) || '.' END,
                'complete', now() - (size - m) * interval '1 second', now() - (size - m) * interval '1 second', c
            FROM (SELECT ?::text AS n, ?::integer AS size) AS given, generate_series(1, ?) AS c,
                generate_series(1, ?) AS m
            ORDER BY m, c
            """;

    private static final String CLOCK = """
            INSERT INTO member_clock (member_id, version)
            SELECT member_id, max(version) FROM conversation WHERE member_id = %s GROUP BY member_id
            ON CONFLICT (member_id) DO UPDATE SET version = greatest(member_clock.version, excluded.version)
            """.formatted(MEMBER);

    private Threads() {}

    /**
     * Adds conversations of one person, each of so many messages, unless they are there.
     *
     * @param name tells them from others
     * @return their ids
     */
    static List<UUID> add(Connection database, String name, int conversations, int messages) throws SQLException {
        List<UUID> ids = ids(database, "md5('bench-c-' || ? || '-' || i)::uuid", name, conversations);
        if (there(database, ids.getLast())) {
            return ids;
        }
        boolean many = (long) conversations * messages >= MANY_MESSAGES;
        database.setAutoCommit(false);
        try (Statement statement = database.createStatement();
                PreparedStatement heads = database.prepareStatement(CONVERSATIONS);
                PreparedStatement bodies = database.prepareStatement(MESSAGES)) {
            statement.execute("SET LOCAL session_replication_role = replica");
            if (many) {
                statement.execute("DROP INDEX message_words");
            }
            heads.setString(1, name);
            heads.setInt(2, conversations);
            heads.executeUpdate();
            bodies.setString(1, name);
            bodies.setInt(2, messages);
            bodies.setInt(3, conversations);
            bodies.setInt(4, messages);
            bodies.executeUpdate();
            statement.execute(CLOCK);
            if (many) {
                statement.execute("SET LOCAL maintenance_work_mem = '512MB'");
                statement.execute("CREATE INDEX message_words ON message USING gin (words)");
            }
            database.commit();
        } finally {
            database.rollback();
            database.setAutoCommit(true);
        }
        try (Statement statement = database.createStatement()) {
            // As autovacuum would after a while.
            statement.execute("VACUUM ANALYZE conversation, message");
        }
        return ids;
    }

    /** Messages of the only conversation that was added by a name, oldest first. */
    static List<UUID> messages(Connection database, String name, int messages) throws SQLException {
        return ids(database, "md5('bench-m-' || ? || '-1-' || i)::uuid", name, messages);
    }

    private static List<UUID> ids(Connection database, String id, String name, int count) throws SQLException {
        List<UUID> ids = new ArrayList<>();
        try (PreparedStatement select =
                database.prepareStatement("SELECT " + id + " FROM generate_series(1, ?) AS i ORDER BY i")) {
            select.setString(1, name);
            select.setInt(2, count);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getObject(1, UUID.class));
                }
            }
        }
        return ids;
    }

    private static boolean there(Connection database, UUID conversation) throws SQLException {
        try (PreparedStatement select = database.prepareStatement("SELECT 1 FROM conversation WHERE id = ?")) {
            select.setObject(1, conversation);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }
}
