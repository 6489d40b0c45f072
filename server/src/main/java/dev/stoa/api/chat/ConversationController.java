package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.ConversationView;
import dev.stoa.api.chat.Views.ConversationsView;
import dev.stoa.api.chat.Views.MessageView;
import dev.stoa.api.chat.Views.ThreadView;
import dev.stoa.conversation.ConversationLimits;
import dev.stoa.conversation.Conversations;
import dev.stoa.conversation.Conversations.Place;
import dev.stoa.conversation.Page;
import dev.stoa.conversation.Personal;
import dev.stoa.conversation.Policy;
import dev.stoa.conversation.QuestionQueue;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Objects;
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

/** Conversations. */
@RestController
@RequestMapping("/api/conversations")
class ConversationController {
    private static final Bodies.ConversationPatch NOTHING =
            new Bodies.ConversationPatch(null, null, null, null, null, null, null, null);

    private final Conversations conversations;
    private final QuestionQueue queue;
    private final Personal personal;
    private final ChatJson json;

    ConversationController(Conversations conversations, QuestionQueue queue, Personal personal, ChatJson json) {
        this.conversations = conversations;
        this.queue = queue;
        this.personal = personal;
        this.json = json;
    }

    @GetMapping
    ConversationsView list(
            Caller caller,
            @RequestParam(defaultValue = "" + ConversationLimits.PAGE_SIZE_DEFAULT) int limit,
            @RequestParam(required = false) @Nullable String before,
            @RequestParam(defaultValue = "false") boolean archived) {
        Page page = conversations.list(caller, limit, before, archived);
        boolean withPinned = before == null && !archived;
        return new ConversationsView(
                page.conversations().stream().map(ConversationView::of).toList(),
                withPinned
                        ? conversations.pinned(caller).stream()
                                .map(ConversationView::of)
                                .toList()
                        : List.of(),
                page.next());
    }

    @PostMapping
    ResponseEntity<ConversationView> create(Caller caller, HttpServletRequest request) {
        Bodies.NewConversation body = json.read(request, Bodies.NewConversation.class);
        Conversations.Creation creation = conversations.create(
                caller,
                Bodies.need("id", body.id()),
                new Conversations.Beginning(
                        Objects.requireNonNullElse(body.title(), ""),
                        body.model(),
                        Objects.requireNonNullElse(body.instructions(), ""),
                        body.projectId()));
        return ResponseEntity.status(creation.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(ConversationView.of(creation.conversation()));
    }

    @GetMapping("/{id}")
    ThreadView read(
            Caller caller,
            @PathVariable UUID id,
            @RequestParam(defaultValue = "" + ConversationLimits.BRANCH_PAGE_DEFAULT) int limit,
            @RequestParam(required = false) @Nullable UUID before,
            @RequestParam(required = false) @Nullable UUID under,
            @RequestParam(required = false) @Nullable Long since) {
        if (since != null) {
            return view(caller, conversations.changedSince(caller, id, since));
        }
        if (before != null && under != null) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "before, under: give one of them");
        }
        return view(caller, conversations.read(caller, id, new Place(before, under), limit));
    }

    private ThreadView view(Caller caller, Conversations.Thread thread) {
        return new ThreadView(
                ConversationView.of(thread.conversation()),
                thread.messages().stream().map(MessageView::of).toList(),
                thread.versions(),
                thread.more(),
                thread.summaries(),
                queue.list(caller, thread.conversation().id()),
                personal.proposals(thread.conversation()));
    }

    @PatchMapping("/{id}")
    ConversationView change(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.ConversationPatch body = json.read(request, Bodies.ConversationPatch.class);
        if (body.equals(NOTHING)) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "title: must be given, or another field");
        }
        Policy policy = body.policy() == null ? null : Policy.ofWord("policy", body.policy());
        return ConversationView.of(conversations.change(
                caller,
                id,
                new Conversations.Change(
                        body.title(),
                        policy,
                        body.pinned(),
                        body.archived(),
                        body.instructions(),
                        body.projectId(),
                        body.draft(),
                        body.readId())));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable UUID id) {
        conversations.delete(caller, id);
    }

    @PostMapping("/{id}/restore")
    ConversationView restore(Caller caller, @PathVariable UUID id) {
        return ConversationView.of(conversations.restore(caller, id));
    }
}
