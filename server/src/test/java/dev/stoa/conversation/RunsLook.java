package dev.stoa.conversation;

import org.springframework.stereotype.Component;

/** Lets a test make a server look after runs now. */
@Component
public final class RunsLook {
    /** A run that loses its server once more than this allows is given up. */
    public static final int EPOCH_MAX = ConversationLimits.EPOCH_MAX;

    private final Runs runs;

    RunsLook(Runs runs) {
        this.runs = runs;
    }

    public void look() {
        runs.keep();
    }
}
