package dev.stoa.engine.schedule;

/** Turns tokens into text as they come, whole characters only. For one thread at a time. */
interface TokenText {
    /** The text that is complete with this token. */
    String append(int token);

    /** Ends the text; what was unfinished comes out as U+FFFD. */
    String flush();
}
