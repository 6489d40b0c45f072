package dev.stoa.conversation;

import dev.stoa.conversation.Personal.Instructions;
import dev.stoa.conversation.Personal.Memory;
import dev.stoa.conversation.Personal.Preset;
import dev.stoa.conversation.Personal.Project;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of what a person tells models. Each statement names the member, or the conversation that it reads for. */
@Repository
class PersonalRepository {
    private static final String PROJECT_FILES = """
            (SELECT json_agg(json_build_object('id', a.id, 'name', a.name, 'mediaType', a.media_type, 'size', a.size,
                'pages', a.pages, 'characters', length(a.text), 'cut', a.cut) ORDER BY l.position)
             FROM project_attachment l JOIN attachment a ON a.id = l.attachment_id
             WHERE l.project_id = p.id)::text AS attachments\s""";

    private final JdbcClient jdbc;

    PersonalRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What is kept in a table of its own, each by its id. */
    enum Shelf {
        MEMORY,
        PRESET,
        PROJECT;

        /** Also its table's name. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * All that stands before a conversation's own turns.
     *
     * @param memory oldest first; none where the person doesn't want it in prompts
     */
    record Before(
            String personal,
            List<String> memory,
            String conversation,
            String project,
            List<Attachments.Content> files) {}

    Instructions instructions(UUID member) {
        return jdbc.sql("SELECT text, use_memory, suggest_memory FROM personal_instructions WHERE member_id = :member")
                .param("member", member)
                .query((row, index) -> new Instructions(
                        row.getString("text"), row.getBoolean("use_memory"), row.getBoolean("suggest_memory")))
                .optional()
                .orElse(Instructions.NONE);
    }

    void put(UUID member, Instructions instructions) {
        jdbc.sql("""
                        INSERT INTO personal_instructions (member_id, text, use_memory, suggest_memory)
                        VALUES (:member, :text, :memory, :suggest)
                        ON CONFLICT (member_id) DO UPDATE
                        SET text = :text, use_memory = :memory, suggest_memory = :suggest
                        """)
                .param("member", member)
                .param("text", instructions.text())
                .param("memory", instructions.useMemory())
                .param("suggest", instructions.suggestMemory())
                .update();
    }

    List<Memory> memories(UUID member) {
        return jdbc.sql("SELECT id, text FROM memory WHERE member_id = :member ORDER BY created_at, id")
                .param("member", member)
                .query((row, index) -> new Memory(row.getObject("id", UUID.class), row.getString("text")))
                .list();
    }

    /** @return false if the id is another's */
    boolean put(UUID member, Memory memory, Instant now) {
        return jdbc.sql("""
                        INSERT INTO memory (id, member_id, text, created_at) VALUES (:id, :member, :text, :now)
                        ON CONFLICT (id) DO UPDATE SET text = :text WHERE memory.member_id = :member
                        """)
                        .param("id", memory.id())
                        .param("member", member)
                        .param("text", memory.text())
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    List<Preset> presets(UUID member) {
        return jdbc.sql("SELECT id, name, text FROM preset WHERE member_id = :member ORDER BY created_at, id")
                .param("member", member)
                .query((row, index) ->
                        new Preset(row.getObject("id", UUID.class), row.getString("name"), row.getString("text")))
                .list();
    }

    /** @return false if the id is another's */
    boolean put(UUID member, Preset preset, Instant now) {
        return jdbc.sql("""
                        INSERT INTO preset (id, member_id, name, text, created_at)
                        VALUES (:id, :member, :name, :text, :now)
                        ON CONFLICT (id) DO UPDATE SET name = :name, text = :text WHERE preset.member_id = :member
                        """)
                        .param("id", preset.id())
                        .param("member", member)
                        .param("name", preset.name())
                        .param("text", preset.text())
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    List<Project> projects(UUID member) {
        return jdbc.sql("SELECT p.id, p.name, p.instructions, " + PROJECT_FILES
                        + "FROM project p WHERE p.member_id = :member ORDER BY p.created_at, p.id")
                .param("member", member)
                .query((row, index) -> new Project(
                        row.getObject("id", UUID.class),
                        row.getString("name"),
                        row.getString("instructions"),
                        AttachmentRepository.ofColumn(row.getString("attachments"))))
                .list();
    }

    /** All but its files. @return false if the id is another's */
    boolean put(UUID member, Project project, Instant now) {
        return jdbc.sql("""
                        INSERT INTO project (id, member_id, name, instructions, created_at)
                        VALUES (:id, :member, :name, :text, :now)
                        ON CONFLICT (id) DO UPDATE SET name = :name, instructions = :text
                        WHERE project.member_id = :member
                        """)
                        .param("id", project.id())
                        .param("member", member)
                        .param("name", project.name())
                        .param("text", project.instructions())
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Replaces a project's files. */
    void files(Project project) {
        jdbc.sql("DELETE FROM project_attachment WHERE project_id = :id")
                .param("id", project.id())
                .update();
        jdbc.sql("""
                        INSERT INTO project_attachment (project_id, position, attachment_id)
                        SELECT :project, f.position - 1, f.id FROM unnest(:ids) WITH ORDINALITY AS f (id, position)
                        """)
                .param("project", project.id())
                .param("ids", project.attachments().stream().map(Attachment::id).toArray(UUID[]::new))
                .update();
    }

    boolean has(Shelf shelf, UUID member, UUID id) {
        return jdbc.sql("SELECT 1 FROM " + shelf.word() + " WHERE id = :id AND member_id = :member")
                .param("id", id)
                .param("member", member)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    boolean remove(Shelf shelf, UUID member, UUID id) {
        return jdbc.sql("DELETE FROM " + shelf.word() + " WHERE id = :id AND member_id = :member")
                        .param("id", id)
                        .param("member", member)
                        .update()
                == 1;
    }

    int countOthers(Shelf shelf, UUID member, UUID id) {
        return jdbc.sql("SELECT count(*) FROM " + shelf.word() + " WHERE member_id = :member AND id <> :id")
                .param("member", member)
                .param("id", id)
                .query(Integer.class)
                .single();
    }

    /** What stands before a conversation. */
    Before before(UUID conversation, int fileLengthMax) {
        record Row(UUID member, String conversation, String project) {}
        Row row = jdbc.sql("""
                        SELECT c.member_id, c.instructions, coalesce(p.instructions, '') AS project
                        FROM conversation c LEFT JOIN project p ON p.id = c.project_id WHERE c.id = :id
                        """)
                .param("id", conversation)
                .query((found, index) -> new Row(
                        found.getObject("member_id", UUID.class),
                        found.getString("instructions"),
                        found.getString("project")))
                .single();
        Before personal = personal(row.member());
        return new Before(
                personal.personal(),
                personal.memory(),
                row.conversation(),
                row.project(),
                contents(conversation, fileLengthMax));
    }

    /** What stands before whatever a member asks. */
    Before personal(UUID member) {
        Instructions instructions = instructions(member);
        List<String> memory = instructions.useMemory()
                ? memories(member).stream().map(Memory::text).toList()
                : List.of();
        return new Before(instructions.text(), memory, "", "", List.of());
    }

    private List<Attachments.Content> contents(UUID conversation, int lengthMax) {
        return jdbc.sql("""
                        SELECT a.id, a.name, a.media_type, a.size, a.pages, length(a.text) AS characters, a.cut,
                            left(a.text, :length) AS text
                        FROM conversation c JOIN project_attachment l ON l.project_id = c.project_id
                        JOIN attachment a ON a.id = l.attachment_id WHERE c.id = :id ORDER BY l.position
                        """)
                .param("id", conversation)
                .param("length", lengthMax)
                .query((row, index) ->
                        new Attachments.Content(AttachmentRepository.attachment(row, index), row.getString("text")))
                .list();
    }
}
