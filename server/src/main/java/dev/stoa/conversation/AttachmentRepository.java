package dev.stoa.conversation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of attached files. Each call is one statement. */
@Repository
class AttachmentRepository {
    private static final String COLUMNS =
            "a.id, a.name, a.media_type, a.size, a.pages, length(a.text) AS characters, a.cut ";
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient jdbc;

    AttachmentRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A column of other queries: the files of a question as JSON, null for none. {@link #ofColumn} reads it. */
    static String column(String questionId) {
        return """
                (SELECT json_agg(json_build_object('id', a.id, 'name', a.name, 'mediaType', a.media_type, 'size', a.size,
                    'pages', a.pages, 'characters', length(a.text), 'cut', a.cut) ORDER BY l.position)
                 FROM question_attachment l JOIN attachment a ON a.id = l.attachment_id
                 WHERE l.question_id = %s)::text AS attachments\s""".formatted(questionId);
    }

    static List<Attachment> ofColumn(@Nullable String json) {
        return json == null ? List.of() : List.of(JSON.readValue(json, Attachment[].class));
    }

    /** @return false if the id is taken */
    boolean insert(UUID member, Attachment file, String text, Instant now) {
        return jdbc.sql("""
                        INSERT INTO attachment (id, member_id, name, media_type, size, pages, text, cut, created_at)
                        VALUES (:id, :member, :name, :type, :size, :pages, :text, :cut, :now)
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .param("id", file.id())
                        .param("member", member)
                        .param("name", file.name())
                        .param("type", file.mediaType())
                        .param("size", file.size())
                        .param("pages", file.pages())
                        .param("text", text)
                        .param("cut", file.cut())
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    Optional<Attachment> find(UUID member, UUID id) {
        return one(member, id, "");
    }

    /** As {@link #find}; it stays until the transaction ends. */
    Optional<Attachment> lock(UUID member, UUID id) {
        return one(member, id, " FOR SHARE");
    }

    private Optional<Attachment> one(UUID member, UUID id, String lock) {
        return jdbc.sql("SELECT " + COLUMNS + "FROM attachment a WHERE a.id = :id AND a.member_id = :member" + lock)
                .param("id", id)
                .param("member", member)
                .query(AttachmentRepository::attachment)
                .optional();
    }

    Optional<Attachments.Content> content(UUID member, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + ", a.text FROM attachment a WHERE a.id = :id AND a.member_id = :member")
                .param("id", id)
                .param("member", member)
                .query((row, index) -> new Attachments.Content(attachment(row, index), row.getString("text")))
                .optional();
    }

    /** How many of a member's neither a question nor a project has. */
    int waiting(UUID member) {
        return jdbc.sql("SELECT count(*) FROM attachment a WHERE a.member_id = :member" + UNUSED)
                .param("member", member)
                .query(Integer.class)
                .single();
    }

    private static final String UNUSED =
            " AND NOT EXISTS (SELECT 1 FROM question_attachment q WHERE q.attachment_id = a.id)"
                    + " AND NOT EXISTS (SELECT 1 FROM project_attachment p WHERE p.attachment_id = a.id)";

    boolean removeUnused(UUID id) {
        return jdbc.sql("DELETE FROM attachment a WHERE a.id = :id" + UNUSED)
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Removes what no question took in time. */
    void purge() {
        jdbc.sql("DELETE FROM attachment a WHERE a.created_at < clock_timestamp() - make_interval(secs => :age)"
                        + UNUSED)
                .param("age", ConversationLimits.ATTACHMENT_WAIT.toSeconds())
                .update();
    }

    /** Gives a question its files, in their order; what it has already stays. */
    void attach(UUID conversation, UUID question, List<Attachment> files) {
        if (files.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        INSERT INTO question_attachment (question_id, position, attachment_id, conversation_id)
                        SELECT :question, f.position - 1, f.id, :conversation
                        FROM unnest(:ids) WITH ORDINALITY AS f (id, position)
                        ON CONFLICT DO NOTHING
                        """)
                .param("question", question)
                .param("conversation", conversation)
                .param("ids", files.stream().map(Attachment::id).toArray(UUID[]::new))
                .update();
    }

    /** Takes a question's files away, as it will never be asked. */
    void detach(UUID question) {
        jdbc.sql("DELETE FROM question_attachment WHERE question_id = :id")
                .param("id", question)
                .update();
    }

    /** The files of questions with the beginnings of their texts, each question's in its order. */
    Map<UUID, List<Attachments.Content>> contents(List<UUID> questions, int lengthMax) {
        return contents("question", questions, lengthMax);
    }

    /** @param owner what has the files, as the tables call it */
    private Map<UUID, List<Attachments.Content>> contents(String owner, List<UUID> ids, int lengthMax) {
        Map<UUID, List<Attachments.Content>> found = new LinkedHashMap<>();
        if (ids.isEmpty()) {
            return found;
        }
        jdbc.sql("SELECT q.owner_id, " + COLUMNS + ", left(a.text, :length) AS text FROM (SELECT " + owner
                        + "_id AS owner_id, attachment_id, position FROM " + owner + "_attachment) q"
                        + " JOIN attachment a ON a.id = q.attachment_id WHERE q.owner_id = ANY (:ids)"
                        + " ORDER BY q.owner_id, q.position")
                .param("ids", ids.toArray(UUID[]::new))
                .param("length", lengthMax)
                .query(row -> {
                    found.computeIfAbsent(row.getObject("owner_id", UUID.class), id -> new ArrayList<>())
                            .add(new Attachments.Content(attachment(row, 0), row.getString("text")));
                });
        return found;
    }

    /** The files of questions as exports have them. */
    Map<UUID, List<CarriedFile>> carried(List<Message> messages) {
        List<UUID> questions = messages.stream()
                .filter(message -> !message.attachments().isEmpty())
                .map(Message::id)
                .toList();
        Map<UUID, List<CarriedFile>> carried = new LinkedHashMap<>();
        contents(questions, Integer.MAX_VALUE)
                .forEach((id, files) ->
                        carried.put(id, files.stream().map(CarriedFile::of).toList()));
        return carried;
    }

    /** The files of projects as exports have them. */
    Map<UUID, List<CarriedFile>> carriedByProjects(List<UUID> projects) {
        Map<UUID, List<CarriedFile>> carried = new LinkedHashMap<>();
        contents("project", projects, Integer.MAX_VALUE)
                .forEach((id, files) ->
                        carried.put(id, files.stream().map(CarriedFile::of).toList()));
        return carried;
    }

    static Attachment attachment(ResultSet row, int index) throws SQLException {
        return new Attachment(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("media_type"),
                row.getInt("size"),
                row.getInt("pages"),
                row.getInt("characters"),
                row.getBoolean("cut"));
    }
}
