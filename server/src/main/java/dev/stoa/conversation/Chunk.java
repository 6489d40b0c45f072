package dev.stoa.conversation;

/** What a subscriber of an answer is told next. */
public sealed interface Chunk {

    /**
     * More text.
     *
     * @param end UTF-16 code units of the whole text up to the end of this piece
     */
    record Text(String text, int end) implements Chunk {}

    /** Nothing new in the time asked for; the answer goes on. */
    record Silence() implements Chunk {}

    /** All text was given out. The last one. */
    record End(Message message) implements Chunk {}

    /** The message was deleted. The last one. */
    record Gone() implements Chunk {}

    /** This server shuts down while the answer goes on elsewhere, or after it is back: ask again. The last one. */
    record Away() implements Chunk {}

    /** What follows {@code offset} in a message that has ended, or in the stored part of one that has not. */
    static Chunk of(Message message, int offset) {
        String text = message.text();
        if (text.length() > offset) {
            return new Text(text.substring(offset), text.length());
        }
        return message.generating() ? new Silence() : new End(message);
    }
}
