package dev.stoa.conversation;

import dev.stoa.conversation.Personal.Instructions;
import dev.stoa.conversation.Personal.Memory;
import dev.stoa.conversation.Personal.Preset;
import dev.stoa.conversation.Personal.Project;
import dev.stoa.conversation.PersonalRepository.Shelf;
import dev.stoa.identity.Caller;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/**
 * What a person tells models, out and in again. What is there already stays as it is: the same file twice takes in nothing
 * twice, and nothing of the person's is overwritten. What doesn't fit into the bounds is passed over. Thread-safe.
 */
@Service
public class PersonalTransfer {
    /** The format's name and version. */
    public static final String FORMAT = "stoa-personal-1";

    private final Personal personal;
    private final PersonalRepository rows;
    private final AttachmentRepository files;
    private final Attachments attachments;
    private final TransactionTemplate transactions;

    PersonalTransfer(
            Personal personal,
            PersonalRepository rows,
            AttachmentRepository files,
            Attachments attachments,
            TransactionTemplate transactions) {
        this.personal = personal;
        this.rows = rows;
        this.files = files;
        this.attachments = attachments;
        this.transactions = transactions;
    }

    /** A project with its files' texts. */
    public record WholeProject(UUID id, String name, String instructions, List<CarriedFile> attachments) {}

    /** All of it. */
    public record Whole(
            String format,
            String instructions,
            boolean useMemory,
            List<Memory> memories,
            List<Preset> presets,
            List<WholeProject> projects) {}

    public Whole export(Caller caller) {
        Instructions instructions = personal.instructions(caller);
        List<Project> projects = personal.projects(caller);
        Map<UUID, List<CarriedFile>> carried =
                files.carriedByProjects(projects.stream().map(Project::id).toList());
        return new Whole(
                FORMAT,
                instructions.text(),
                instructions.useMemory(),
                personal.memories(caller),
                personal.presets(caller),
                projects.stream()
                        .map(one -> new WholeProject(
                                one.id(), one.name(), one.instructions(), carried.getOrDefault(one.id(), List.of())))
                        .toList());
    }

    /** The parts of a file that are such exports. */
    static List<JsonNode> in(JsonNode file) {
        List<JsonNode> parts = new ArrayList<>();
        Iterable<JsonNode> all = file.isArray() ? file : List.of(file);
        for (JsonNode one : all) {
            if (one.path("format").asString("").equals(FORMAT)) {
                parts.add(one);
            }
        }
        return parts;
    }

    /** @return how many things were taken in */
    int take(Caller caller, JsonNode file) {
        int taken = 0;
        String text = file.path("instructions").asString("");
        Instructions now = personal.instructions(caller);
        if (now.text().isEmpty() && !text.isBlank()) {
            taken += tried(() -> personal.put(caller, new Instructions(text, now.useMemory(), now.suggestMemory())));
        }
        for (JsonNode one : file.path("memories")) {
            UUID id = free(caller, Shelf.MEMORY, one);
            taken += id == null ? 0 : tried(() -> personal.put(caller, new Memory(id, word(one, "text"))));
        }
        for (JsonNode one : file.path("presets")) {
            UUID id = free(caller, Shelf.PRESET, one);
            taken += id == null
                    ? 0
                    : tried(() -> personal.put(caller, new Preset(id, word(one, "name"), word(one, "text"))));
        }
        for (JsonNode one : file.path("projects")) {
            UUID id = free(caller, Shelf.PROJECT, one);
            taken +=
                    id == null ? 0 : tried(() -> transactions.executeWithoutResult(status -> project(caller, id, one)));
        }
        return taken;
    }

    /** For transactions: where the project is refused, its files are not kept either. */
    private void project(Caller caller, UUID id, JsonNode one) {
        List<Attachment> kept = attachments.carry(caller, id, ImportFormats.files(one.path("attachments")));
        personal.putProject(
                caller,
                id,
                word(one, "name"),
                word(one, "instructions"),
                kept.stream().map(Attachment::id).toList());
    }

    private static String word(JsonNode one, String field) {
        return TextRules.clean(one.path(field).asString(""));
    }

    private static int tried(Runnable work) {
        try {
            work.run();
            return 1;
        } catch (StoaException e) {
            return 0;
        }
    }

    /** The id for something of a file; null where it is there already. */
    private @Nullable UUID free(Caller caller, Shelf shelf, JsonNode one) {
        String name = one.path("id").asString("");
        return name.isEmpty() || known(caller, shelf, name) != null ? null : idOf(caller, shelf, name);
    }

    /** What a file calls by a name: the caller's own, or what came of an import of it. */
    private @Nullable UUID known(Caller caller, Shelf shelf, String name) {
        try {
            UUID own = UUID.fromString(name);
            if (rows.has(shelf, caller.memberId(), own)) {
                return own;
            }
        } catch (IllegalArgumentException e) {
            // Some other name: an import may have made something of it.
        }
        UUID made = idOf(caller, shelf, name);
        return rows.has(shelf, caller.memberId(), made) ? made : null;
    }

    private static UUID idOf(Caller caller, Shelf shelf, String name) {
        return Transfer.idOf(caller, shelf.word() + "/" + name);
    }

    /** The caller's project that a file calls so; null where there is none. */
    @Nullable UUID project(Caller caller, String name) {
        return known(caller, Shelf.PROJECT, name);
    }
}
