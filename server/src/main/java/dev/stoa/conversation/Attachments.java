package dev.stoa.conversation;

import dev.stoa.document.DocumentText;
import dev.stoa.document.Documents;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;

/**
 * Files of questions: taken, read, kept as text until the last question that has them is gone. One that no question took
 * goes after a day. Thread-safe.
 */
@Service
public class Attachments {
    private final AttachmentRepository rows;
    private final Documents documents;
    private final ConversationSupport support;

    Attachments(AttachmentRepository rows, Documents documents, ConversationSupport support, Runs runs) {
        this.rows = rows;
        this.documents = documents;
        this.support = support;
        runs.onLook(rows::purge);
    }

    /** A file and its text, as the model sees it. */
    public record Content(Attachment attachment, String text) {}

    /**
     * Takes a file.
     *
     * @param id chosen by the client; what is there already under it is given back as it is
     * @throws StoaException as {@link Documents#read}; INVALID_REQUEST if too many wait for their question
     */
    public Attachment add(Caller caller, UUID id, String name, byte[] content) throws InterruptedException {
        Optional<Attachment> known = rows.find(caller.memberId(), id);
        if (known.isPresent()) {
            return known.get();
        }
        String clean = nameOf(name);
        if (rows.waiting(caller.memberId()) >= ConversationLimits.ATTACHMENTS_WAITING_MAX) {
            throw new StoaException(
                    ErrorKind.RATE_LIMITED, "Too many files wait for their question. Ask it, or take some away.");
        }
        DocumentText text = documents.read(content);
        Attachment fresh = new Attachment(
                id,
                clean,
                text.mediaType(),
                content.length,
                text.pages(),
                text.text().length(),
                text.cut());
        if (!rows.insert(caller.memberId(), fresh, text.text(), support.now())) {
            throw ConversationSupport.taken(id);
        }
        return fresh;
    }

    /**
     * Takes the files of something that is imported. Those that an earlier import took and nothing has any more are found
     * again. For transactions.
     *
     * @param owner what they belong to; their ids are made from it
     */
    List<Attachment> carry(Caller caller, UUID owner, List<CarriedFile> files) {
        List<Attachment> taken = new ArrayList<>();
        for (int at = 0; at < files.size(); at++) {
            CarriedFile file = files.get(at);
            Attachment one = file.attachment(Transfer.idOf(caller, owner + "/" + at));
            if (rows.insert(caller.memberId(), one, file.text(), support.now())
                    || rows.lock(caller.memberId(), one.id()).isPresent()) {
                taken.add(one);
            }
        }
        return taken;
    }

    /** One of the caller's, with its text. */
    public Content read(Caller caller, UUID id) {
        return rows.content(caller.memberId(), id).orElseThrow(() -> notThere(id));
    }

    /** Removes one that no question has. */
    public void remove(Caller caller, UUID id) {
        if (rows.find(caller.memberId(), id).isEmpty()) {
            throw notThere(id);
        }
        if (!rows.removeUnused(id)) {
            throw new StoaException(ErrorKind.CONFLICT, "A question or a project has this file; it goes with that.");
        }
    }

    /** The caller's own, in the order of their ids. For transactions. */
    List<Attachment> require(Caller caller, List<UUID> ids) {
        if (ids.size() > ConversationLimits.ATTACHMENTS_MAX) {
            throw TextRules.invalid("attachments", "must be at most " + ConversationLimits.ATTACHMENTS_MAX);
        }
        if (new HashSet<>(ids).size() < ids.size()) {
            throw TextRules.invalid("attachments", "must not name a file twice");
        }
        return ids.stream()
                .map(id -> rows.lock(caller.memberId(), id)
                        .orElseThrow(() -> TextRules.invalid("attachments", "there is no file " + id)))
                .toList();
    }

    /** The last part of a path, in one line; never "". */
    static String nameOf(String raw) {
        String name = TextRules.clean(raw)
                .replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ")
                .strip();
        name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        if (name.length() > ConversationLimits.FILE_NAME_LENGTH_MAX) {
            name = TextRules.clean(name.substring(0, ConversationLimits.FILE_NAME_LENGTH_MAX));
        }
        return name.isEmpty() ? "file" : name;
    }

    private static StoaException notThere(UUID id) {
        return new StoaException(ErrorKind.NOT_FOUND, "There is no file " + id + ".");
    }
}
