package dev.stoa.engine;

import java.util.List;

/**
 * Splits the text of one answer, as it streams, into what is said, what is thought and what is called. The text of all
 * parts is shown as early as it can be told what it is. For one thread at a time.
 */
public interface OutputParser {
    /** The parts that are certain with this piece of text. */
    List<OutputPart> append(String text);

    /** The parts that were held back, once no more text comes. A call that is still open ends here, incomplete. */
    List<OutputPart> finish();
}
