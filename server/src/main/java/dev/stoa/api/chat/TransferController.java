package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.ConversationView;
import dev.stoa.api.chat.Views.ExportView;
import dev.stoa.api.chat.Views.ExportedMessage;
import dev.stoa.api.chat.Views.NewShareView;
import dev.stoa.api.chat.Views.SharesView;
import dev.stoa.conversation.PersonalTransfer;
import dev.stoa.conversation.Shares;
import dev.stoa.conversation.Transfer;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Conversations that leave and come: exports, imports, links to copies. */
@RestController
@RequestMapping("/api")
class TransferController {
    /** The format's name and version; imports know it. */
    private static final String FORMAT = "stoa-conversation-1";

    private static final int DAYS_DEFAULT = 30;
    private static final int FILE_NAME_LENGTH = 60;

    private final Transfer transfer;
    private final PersonalTransfer personal;
    private final Shares shares;
    private final ChatJson json;

    TransferController(Transfer transfer, PersonalTransfer personal, Shares shares, ChatJson json) {
        this.transfer = transfer;
        this.personal = personal;
        this.shares = shares;
        this.json = json;
    }

    @GetMapping("/conversations/{id}/export")
    ResponseEntity<byte[]> export(
            Caller caller, @PathVariable UUID id, @RequestParam(defaultValue = "json") String format) {
        Transfer.Whole whole = transfer.export(caller, id);
        String name = whole.conversation().title().replaceAll("[^\\p{L}\\p{N}]+", "-");
        name = name.substring(0, Math.min(FILE_NAME_LENGTH, name.length()));
        name = name.isEmpty() ? "conversation" : name;
        return switch (format) {
            case "json" ->
                file(
                        name + ".json",
                        MediaType.APPLICATION_JSON,
                        json.write(new ExportView(
                                FORMAT,
                                whole.conversation().id(),
                                whole.conversation().title(),
                                whole.conversation().instructions(),
                                whole.conversation().projectId(),
                                whole.conversation().createdAt(),
                                whole.messages().stream()
                                        .map(message -> ExportedMessage.of(
                                                message, whole.files().getOrDefault(message.id(), List.of())))
                                        .toList())));
            case "markdown" ->
                file(
                        name + ".md",
                        new MediaType("text", "markdown", StandardCharsets.UTF_8),
                        transfer.markdown(caller, id).getBytes(StandardCharsets.UTF_8));
            default -> throw new StoaException(ErrorKind.INVALID_REQUEST, "format: must be json or markdown");
        };
    }

    /** What the caller tells models. */
    @GetMapping("/export")
    ResponseEntity<byte[]> exportPersonal(Caller caller) {
        return file("stoa-personal.json", MediaType.APPLICATION_JSON, json.write(personal.export(caller)));
    }

    private static ResponseEntity<byte[]> file(String name, MediaType type, byte[] content) {
        String disposition = ContentDisposition.attachment()
                .filename(name, StandardCharsets.UTF_8)
                .build()
                .toString();
        return ResponseEntity.ok()
                .contentType(type)
                .header(HttpHeaders.CONTENT_DISPOSITION, disposition)
                .body(content);
    }

    @PostMapping("/import")
    Transfer.Result importAll(Caller caller, HttpServletRequest request) {
        return transfer.importAll(caller, json.readFile(request));
    }

    @PostMapping("/conversations/{id}/shares")
    @ResponseStatus(HttpStatus.CREATED)
    NewShareView share(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.NewShare body = json.read(request, Bodies.NewShare.class);
        int days = body.days() == null ? DAYS_DEFAULT : body.days();
        Shares.NewShare made = shares.create(caller, id, body.leaf(), Duration.ofDays(days));
        return new NewShareView(made.share(), "/#/s/" + made.secret());
    }

    @GetMapping("/conversations/{id}/shares")
    SharesView shares(Caller caller, @PathVariable UUID id) {
        return new SharesView(shares.list(caller, id));
    }

    @DeleteMapping("/shares/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(Caller caller, @PathVariable UUID id) {
        shares.revoke(caller, id);
    }

    /** For whoever has the link, signed in or not. */
    @GetMapping("/shared/{secret}")
    Shares.Copy shared(@PathVariable String secret) {
        return shares.read(secret);
    }

    @PostMapping("/shared/{secret}/copy")
    ConversationView copy(Caller caller, @PathVariable String secret) {
        return ConversationView.of(transfer.copy(caller, secret, shares.read(secret)));
    }
}
