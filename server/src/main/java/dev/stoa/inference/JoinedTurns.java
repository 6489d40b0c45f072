package dev.stoa.inference;

import dev.stoa.inference.Message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns that a model may see as one text. Chat templates set turns apart by tokens that no text can hold, but some put
 * the system turn in front of the first or the last of the user's (Gemma, Mistral), and some servers make one turn of
 * neighbours of one role.
 */
public final class JoinedTurns {
    private static final String BETWEEN = "\n\n";

    private JoinedTurns() {}

    /** What one turn says. */
    public record Turn(Role role, String text) {}

    /** What may be seen as one: neighbours of one role, and the system turn with the user's first and last. */
    public static Stream<String> of(List<Turn> turns) {
        List<String> joined = new ArrayList<>();
        List<Turn> runs = new ArrayList<>();
        for (int from = 0; from < turns.size(); ) {
            int to = from + 1;
            StringBuilder text = new StringBuilder(turns.get(from).text());
            while (to < turns.size() && turns.get(to).role() == turns.get(from).role()) {
                text.append(BETWEEN).append(turns.get(to++).text());
            }
            runs.add(new Turn(turns.get(from).role(), text.toString()));
            if (to > from + 1) {
                joined.add(text.toString());
            }
            from = to;
        }
        List<Turn> users = runs.stream().filter(run -> run.role() == Role.USER).toList();
        if (!users.isEmpty() && runs.getFirst().role() == Role.SYSTEM) {
            String system = runs.getFirst().text() + BETWEEN;
            joined.add(system + users.getFirst().text());
            if (users.size() > 1) {
                joined.add(system + users.getLast().text());
            }
        }
        return joined.stream();
    }
}
