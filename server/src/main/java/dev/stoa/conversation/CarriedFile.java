package dev.stoa.conversation;

import dev.stoa.conversation.Attachments.Content;
import java.util.UUID;

/** An attached file as exports, imports and shared copies carry it: all but its id. Fields as in {@link Attachment}. */
public record CarriedFile(String name, String mediaType, int size, int pages, boolean cut, String text) {
    static CarriedFile of(Content content) {
        Attachment file = content.attachment();
        return new CarriedFile(file.name(), file.mediaType(), file.size(), file.pages(), file.cut(), content.text());
    }

    Attachment attachment(UUID id) {
        return new Attachment(id, name, mediaType, size, pages, text.length(), cut);
    }
}
