package dev.stoa.conversation;

import dev.stoa.conversation.PersonalRepository.Shelf;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Service;

/**
 * What a person tells models besides questions: instructions, memory, presets, projects. All of it is the person's to
 * read, change and remove. Ids are chosen by clients; what is put under a known one replaces it. Thread-safe.
 */
@Service
public class Personal {
    private final PersonalRepository rows;
    private final Attachments files;
    private final ProposalRepository proposals;
    private final ConversationSupport support;
    private final PersonalLimits limits;

    Personal(
            PersonalRepository rows,
            Attachments files,
            ProposalRepository proposals,
            ConversationSupport support,
            PersonalLimits limits) {
        this.rows = rows;
        this.files = files;
        this.proposals = proposals;
        this.support = support;
        this.limits = limits;
    }

    /**
     * What holds for all conversations.
     *
     * @param text how to answer, or who asks; "" for nothing
     * @param useMemory whether prompts have the memory
     * @param suggestMemory whether models may propose what to add to it
     */
    public record Instructions(String text, boolean useMemory, boolean suggestMemory) {
        static final Instructions NONE = new Instructions("", true, true);
    }

    /** Something to keep in mind. */
    public record Memory(UUID id, String text) {}

    /** Instructions that can be chosen for a conversation. */
    public record Preset(UUID id, String name, String text) {}

    /** A folder of conversations that share instructions and files. */
    public record Project(UUID id, String name, String instructions, List<Attachment> attachments) {
        public Project {
            attachments = List.copyOf(attachments);
        }
    }

    public Instructions instructions(Caller caller) {
        return rows.instructions(caller.memberId());
    }

    public Instructions put(Caller caller, Instructions instructions) {
        requireMay("text", instructions.text(), limits.instructionsLength());
        Instructions clean =
                new Instructions(instructions.text().strip(), instructions.useMemory(), instructions.suggestMemory());
        rows.put(caller.memberId(), clean);
        return clean;
    }

    /** Oldest first. */
    public List<Memory> memories(Caller caller) {
        return rows.memories(caller.memberId());
    }

    public Memory put(Caller caller, Memory memory) {
        TextRules.require("text", memory.text(), limits.memoryLength());
        Memory clean = new Memory(memory.id(), memory.text().strip());
        return support.inTransaction(() -> {
            stored(caller, Shelf.MEMORY, clean.id(), () -> rows.put(caller.memberId(), clean, support.now()));
            proposals.close(caller.memberId(), clean.id());
            return clean;
        });
    }

    /** What models propose to remember of a conversation of the caller's and the caller has not answered. */
    public List<Proposal> proposals(Conversation conversation) {
        return proposals.open(conversation.id());
    }

    /** It is not remembered, and not proposed again. To remember it, its words are put under its id. */
    public void refuse(Caller caller, UUID proposal) {
        if (!proposals.close(caller.memberId(), proposal)) {
            throw new StoaException(ErrorKind.NOT_FOUND, "There is no proposal " + proposal + ".");
        }
    }

    public List<Preset> presets(Caller caller) {
        return rows.presets(caller.memberId());
    }

    public Preset put(Caller caller, Preset preset) {
        TextRules.require("name", preset.name(), ConversationLimits.TITLE_LENGTH_MAX);
        TextRules.require("text", preset.text(), limits.instructionsLength());
        Preset clean =
                new Preset(preset.id(), preset.name().strip(), preset.text().strip());
        stored(caller, Shelf.PRESET, clean.id(), () -> rows.put(caller.memberId(), clean, support.now()));
        return clean;
    }

    public List<Project> projects(Caller caller) {
        return rows.projects(caller.memberId());
    }

    /** @param attachments files of the caller's, all that the project is to have */
    public Project putProject(Caller caller, UUID id, String name, String instructions, List<UUID> attachments) {
        TextRules.require("name", name, ConversationLimits.TITLE_LENGTH_MAX);
        requireMay("instructions", instructions, limits.instructionsLength());
        return support.inTransaction(() -> {
            Project project = new Project(id, name.strip(), instructions.strip(), files.require(caller, attachments));
            stored(caller, Shelf.PROJECT, id, () -> rows.put(caller.memberId(), project, support.now()));
            rows.files(project);
            return project;
        });
    }

    public void removeMemory(Caller caller, UUID id) {
        remove(caller, Shelf.MEMORY, id);
    }

    public void removePreset(Caller caller, UUID id) {
        remove(caller, Shelf.PRESET, id);
    }

    /** Its conversations stay, outside of it. */
    public void removeProject(Caller caller, UUID id) {
        remove(caller, Shelf.PROJECT, id);
    }

    private void remove(Caller caller, Shelf shelf, UUID id) {
        if (!rows.remove(shelf, caller.memberId(), id)) {
            throw new StoaException(ErrorKind.NOT_FOUND, "There is no " + shelf.word() + " " + id + ".");
        }
    }

    private interface Write {
        /** @return false if the id is another's */
        boolean tried();
    }

    private void stored(Caller caller, Shelf shelf, UUID id, Write write) {
        int most = limits.most(shelf);
        if (rows.countOthers(shelf, caller.memberId(), id) >= most) {
            throw new StoaException(ErrorKind.CONFLICT, "There are " + most + " of them already. Remove one first.");
        }
        if (!write.tried()) {
            throw ConversationSupport.taken(id);
        }
    }

    /** As {@link TextRules#require}, but nothing is something too. */
    static void requireMay(String field, String text, int lengthMax) {
        if (!text.isEmpty()) {
            TextRules.require(field, text.isBlank() ? "." : text, lengthMax);
        }
    }
}
