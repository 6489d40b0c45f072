package dev.stoa.conversation;

import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What stands before all turns of a prompt: the operator's words, then the person's. What changes seldom comes first, so
 * that threads share as much of the beginning of their prompts as they can, and a cache of prefixes helps.
 */
final class Preamble {
    private Preamble() {}

    /**
     * @param system the operator's
     * @param files of the project, as prompts show them
     * @param memoryTokens the most that the memory may take: the oldest goes first
     * @param count of tokens of a text
     */
    static String of(
            String system,
            PersonalRepository.Before before,
            String files,
            int memoryTokens,
            ToIntFunction<String> count) {
        StringBuilder text = new StringBuilder(system);
        part(text, "What the person wants you to know and to do:\n", before.personal());
        part(text, "What you remember of the person:\n", memory(before.memory(), memoryTokens, count));
        part(text, "Of this project:\n", before.project());
        part(text, "Files of this project:\n\n", files);
        part(text, "In this conversation:\n", before.conversation());
        return text.toString();
    }

    private static void part(StringBuilder text, String head, String part) {
        if (!part.isEmpty()) {
            text.append(text.isEmpty() ? "" : "\n\n").append(head).append(part);
        }
    }

    private static String memory(List<String> memories, int tokens, ToIntFunction<String> count) {
        for (int first = 0; first < memories.size(); first++) {
            String lines = "- " + String.join("\n- ", memories.subList(first, memories.size()));
            if (count.applyAsInt(lines) <= tokens) {
                return lines;
            }
        }
        return "";
    }
}
