package dev.stoa.api.chat;

import dev.stoa.api.RequestId;
import dev.stoa.api.chat.Views.ConversationView;
import dev.stoa.api.chat.Views.ConversationsView;
import dev.stoa.api.chat.Views.ExchangeView;
import dev.stoa.api.chat.Views.MessageView;
import dev.stoa.api.chat.Views.ThreadView;
import dev.stoa.conversation.ConversationLimits;
import dev.stoa.conversation.Conversations;
import dev.stoa.conversation.Page;
import dev.stoa.identity.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Conversations and questions. */
@RestController
@RequestMapping("/api/conversations")
class ConversationController {
    private final Conversations conversations;
    private final ChatJson json;

    ConversationController(Conversations conversations, ChatJson json) {
        this.conversations = conversations;
        this.json = json;
    }

    @GetMapping
    ConversationsView list(
            Caller caller,
            @RequestParam(defaultValue = "" + ConversationLimits.PAGE_SIZE_DEFAULT) int limit,
            @RequestParam(required = false) @Nullable String before) {
        Page page = conversations.list(caller, limit, before);
        return new ConversationsView(
                page.conversations().stream().map(ConversationView::of).toList(), page.next());
    }

    @PostMapping
    ResponseEntity<ConversationView> create(Caller caller, HttpServletRequest request) {
        Bodies.NewConversation body = json.read(request, Bodies.NewConversation.class);
        Conversations.Creation creation =
                conversations.create(caller, Bodies.need("id", body.id()), body.title(), body.model());
        return ResponseEntity.status(creation.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(ConversationView.of(creation.conversation()));
    }

    @GetMapping("/{id}")
    ThreadView read(Caller caller, @PathVariable UUID id) {
        Conversations.Thread thread = conversations.read(caller, id);
        return new ThreadView(
                ConversationView.of(thread.conversation()),
                thread.messages().stream().map(MessageView::of).toList());
    }

    @PatchMapping("/{id}")
    ConversationView rename(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.ConversationPatch body = json.read(request, Bodies.ConversationPatch.class);
        return ConversationView.of(conversations.rename(caller, id, Bodies.need("title", body.title())));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable UUID id) {
        conversations.delete(caller, id);
    }

    @PostMapping("/{id}/messages")
    @ResponseStatus(HttpStatus.CREATED)
    ExchangeView ask(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.NewMessage body = json.read(request, Bodies.NewMessage.class);
        Conversations.Exchange exchange = conversations.ask(
                caller,
                id,
                Bodies.need("id", body.id()),
                Bodies.need("reply_id", body.replyId()),
                body.parentId(),
                Bodies.need("text", body.text()),
                body.model(),
                body.seed(),
                RequestId.of(request));
        return new ExchangeView(MessageView.of(exchange.message()), MessageView.of(exchange.reply()));
    }
}
