package dev.stoa.conversation;

import dev.stoa.inference.TokenUsage;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Lets a test make a server look after runs now. */
@Component
public final class RunsLook {
    /** A run that loses its server once more than this allows is given up. */
    public static final int EPOCH_MAX = ConversationLimits.EPOCH_MAX;

    private final Runs runs;
    private final RunRepository repository;
    private final QueueRepository queue;

    RunsLook(Runs runs, RunRepository repository, QueueRepository queue) {
        this.runs = runs;
        this.repository = repository;
        this.queue = queue;
    }

    /** Logs a first piece for each of a run's lives, in one write. @return the lives that were told they may go on */
    public List<Integer> append(UUID server, UUID messageId, List<Integer> epochs) {
        List<Run.Piece> pieces = epochs.stream()
                .map(epoch -> new Run.Piece(messageId, epoch, 1, 6, "life " + epoch, 0, "", new int[] {epoch}))
                .toList();
        return repository.append(server, pieces).keySet().stream()
                .map(Run.Life::epoch)
                .toList();
    }

    /** Writes the end of one of a run's lives. @return whether it was that life's to end */
    public boolean end(UUID server, UUID messageId, int epoch, String text) {
        Ending ending = new Ending(MessageState.STOPPED, text, Steps.NONE, null, TokenUsage.NONE);
        return repository.end(new Run(messageId, epoch, RunRepository.Logged.NOTHING), server, ending);
    }

    /** All conversations in which a look would ask what waits. */
    public List<UUID> idle() {
        return queue.idle(null, Integer.MAX_VALUE);
    }

    public void look() {
        runs.keep();
    }
}
