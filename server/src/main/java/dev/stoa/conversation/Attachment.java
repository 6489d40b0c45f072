package dev.stoa.conversation;

import java.util.UUID;

/**
 * A file that is attached to a question, without its text.
 *
 * @param size of the file, in bytes
 * @param pages of a PDF; 0 for others
 * @param characters of its text, in UTF-16 code units
 * @param cut whether the file goes on after the text
 */
public record Attachment(UUID id, String name, String mediaType, int size, int pages, int characters, boolean cut) {}
