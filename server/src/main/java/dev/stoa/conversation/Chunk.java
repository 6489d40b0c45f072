package dev.stoa.conversation;

import java.util.List;

/** What a subscriber of an answer is told next. */
public sealed interface Chunk {

    /**
     * More text.
     *
     * @param end UTF-16 code units of the whole text up to the end of this piece
     */
    record Text(String text, int end) implements Chunk {}

    /**
     * More of what the model does before and between the words.
     *
     * @param steps those that have something new, each with that part only
     * @param end UTF-16 code units of the steps' log up to the end of this
     */
    record Doing(List<Steps.Step> steps, int end) implements Chunk {
        public Doing {
            steps = List.copyOf(steps);
        }
    }

    /** Nothing new in the time asked for; the answer goes on. */
    record Silence() implements Chunk {}

    /** All text was given out. The last one. */
    record End(Message message) implements Chunk {}

    /** The message was deleted. The last one. */
    record Gone() implements Chunk {}

    /** This server shuts down while the answer goes on elsewhere, or after it is back: ask again. The last one. */
    record Away() implements Chunk {}

    /** What follows a place in a message that has ended, or in the stored part of one that has not. */
    static Chunk of(Message message, Progress seen) {
        if (message.steps().length() > seen.steps()) {
            return of(message.steps(), seen);
        }
        String text = message.text();
        int offset = seen.text();
        if (text.length() > offset) {
            return new Text(text.substring(offset), text.length());
        }
        return message.generating() ? new Silence() : new End(message);
    }

    static Doing of(Steps steps, Progress seen) {
        return new Doing(steps.since(seen.steps()), steps.length());
    }
}
