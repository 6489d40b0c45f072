package dev.stoa.api;

import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How calls and their results must follow each other, in both protocols: every call is answered in the next turn. */
public final class ToolTurns {
    /** Some bridges carry a model's signed thought in it. */
    private static final int ID_LENGTH_MAX = 16_384;

    private final Set<String> open = new LinkedHashSet<>();
    private final Set<String> seen = new HashSet<>();

    private ToolTurns() {}

    /** What is wrong with the first turn that is. */
    public enum Fault {
        /** Calls have no result in the turn behind them. */
        UNANSWERED,
        /** Results are of no call in the turn before. */
        UNEXPECTED,
        /** Two calls have one id. */
        REPEATED
    }

    /** @param ids of the calls that it is about */
    public record Problem(Fault fault, List<String> ids) {
        public Problem {
            ids = List.copyOf(ids);
        }
    }

    /**
     * The id of a call. Any text is one, whatever a protocol's own servers write: each upstream names calls in its own
     * way, such as {@code functions.look:0}, and its model may want that name back.
     */
    public static String id(Fields fields, String name) {
        String id = fields.requiredString(name);
        if (id.isEmpty() || id.length() > ID_LENGTH_MAX) {
            throw Fields.invalid(fields.path(name), "must have 1 to " + ID_LENGTH_MAX + " characters");
        }
        return id;
    }

    /** @param messages where the results of one turn stand in one message */
    public static Optional<Problem> find(List<Message> messages) {
        ToolTurns turns = new ToolTurns();
        for (Message message : messages) {
            Optional<Problem> problem = turns.read(message);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return turns.unanswered();
    }

    private Optional<Problem> unanswered() {
        return open.isEmpty() ? Optional.empty() : Optional.of(new Problem(Fault.UNANSWERED, new ArrayList<>(open)));
    }

    private Optional<Problem> read(Message message) {
        if (message.role() == Message.Role.SYSTEM) {
            return Optional.empty();
        }
        List<ContentBlock.ToolResult> results = blocks(message, ContentBlock.ToolResult.class);
        for (ContentBlock.ToolResult result : results) {
            if (!open.remove(result.toolUseId())) {
                return Optional.of(new Problem(Fault.UNEXPECTED, List.of(result.toolUseId())));
            }
        }
        if (!open.isEmpty()) {
            return unanswered();
        }
        for (ContentBlock.ToolUse call : blocks(message, ContentBlock.ToolUse.class)) {
            if (!seen.add(call.id())) {
                return Optional.of(new Problem(Fault.REPEATED, List.of(call.id())));
            }
            open.add(call.id());
        }
        return Optional.empty();
    }

    private static <T extends ContentBlock> List<T> blocks(Message message, Class<T> type) {
        return message.content().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
