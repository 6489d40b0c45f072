package dev.stoa.api.chat;

import dev.stoa.conversation.Attachment;
import dev.stoa.conversation.Attachments;
import dev.stoa.document.DocumentLimits;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Files that are attached to questions. The body is the file itself, of whatever type its sender takes it for. */
@RestController
@RequestMapping("/api/attachments/{id}")
class AttachmentController {
    private final Attachments attachments;

    AttachmentController(Attachments attachments) {
        this.attachments = attachments;
    }

    @PutMapping
    @ResponseStatus(HttpStatus.CREATED)
    Attachment add(
            Caller caller,
            @PathVariable UUID id,
            @RequestParam(defaultValue = "") String name,
            HttpServletRequest request)
            throws InterruptedException {
        return attachments.add(caller, id, name, content(request));
    }

    @GetMapping
    Attachments.Content read(Caller caller, @PathVariable UUID id) {
        return attachments.read(caller, id);
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable UUID id) {
        attachments.remove(caller, id);
    }

    private static byte[] content(HttpServletRequest request) {
        if (request.getContentLengthLong() > DocumentLimits.BYTES_MAX) {
            throw tooLarge();
        }
        try {
            byte[] content = request.getInputStream().readNBytes(DocumentLimits.BYTES_MAX + 1);
            if (content.length > DocumentLimits.BYTES_MAX) {
                throw tooLarge();
            }
            return content;
        } catch (IOException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The body ended too early.", null, e);
        }
    }

    private static StoaException tooLarge() {
        return new StoaException(
                ErrorKind.TOO_LARGE, "The file is larger than " + DocumentLimits.BYTES_MAX / 1_000_000 + " MB.");
    }
}
