package dev.stoa.conversation;

import org.springframework.stereotype.Component;

/** Lets a test make a server look after runs now. */
@Component
public final class RunsLook {
    private final Runs runs;

    RunsLook(Runs runs) {
        this.runs = runs;
    }

    public void look() {
        runs.keep();
    }
}
