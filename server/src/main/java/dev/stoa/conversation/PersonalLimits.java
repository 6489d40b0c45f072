package dev.stoa.conversation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much a person may tell models besides questions; settings {@code stoa.personal.*}. Lengths are in UTF-16 code units.
 *
 * @param memories of a member: more than a list is read through
 * @param presets of a member, likewise
 * @param projects of a member, likewise
 * @param memoryLength one thing to keep in mind: a sentence or two
 * @param instructionsLength what models are told of how to answer, for all conversations, by a preset, a project or one
 *     conversation: a page
 */
@ConfigurationProperties("stoa.personal")
public record PersonalLimits(
        @DefaultValue("100") int memories,
        @DefaultValue("100") int presets,
        @DefaultValue("100") int projects,
        @DefaultValue("500") int memoryLength,
        @DefaultValue("4000") int instructionsLength) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public PersonalLimits {
        within(memories, 0, "memories");
        within(presets, 0, "presets");
        within(projects, 0, "projects");
        within(memoryLength, 1, "memory-length");
        within(instructionsLength, 1, "instructions-length");
    }

    /** A body holds no more text than that of a question. */
    private static void within(int value, int least, String name) {
        if (value < least || value > ConversationLimits.TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException("stoa.personal." + name + " must be between " + least + " and "
                    + ConversationLimits.TEXT_LENGTH_MAX);
        }
    }

    int most(PersonalRepository.Shelf shelf) {
        return switch (shelf) {
            case MEMORY -> memories;
            case PRESET -> presets;
            case PROJECT -> projects;
        };
    }
}
