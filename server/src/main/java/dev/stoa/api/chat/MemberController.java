package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.ChangesView;
import dev.stoa.api.chat.Views.ConversationView;
import dev.stoa.api.chat.Views.HitView;
import dev.stoa.api.chat.Views.HitsView;
import dev.stoa.conversation.Conversation;
import dev.stoa.conversation.Conversations;
import dev.stoa.conversation.MemberFeed;
import dev.stoa.conversation.Search;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What concerns all conversations of a member: their changes, and search. */
@RestController
@RequestMapping("/api")
class MemberController {
    private final Conversations conversations;
    private final Search search;
    private final ChatJson json;
    private final Limits limits;
    private final ChatCallers callers;

    MemberController(Conversations conversations, Search search, ChatJson json, Limits limits, ChatCallers callers) {
        this.callers = callers;
        this.conversations = conversations;
        this.search = search;
        this.json = json;
        this.limits = limits;
    }

    @GetMapping("/search")
    HitsView search(
            Caller caller, @RequestParam(defaultValue = "") String q, @RequestParam(defaultValue = "20") int limit) {
        return new HitsView(
                search.find(caller, q, limit).stream().map(HitView::of).toList());
    }

    @GetMapping("/events")
    void events(
            Caller caller,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            @RequestParam(required = false) @Nullable String after,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        BooleanSupplier allowed = callers.watch(request);
        Long version = lastEventId != null ? version("Last-Event-ID", lastEventId) : version("after", after);
        try (MemberFeed feed = conversations.follow(caller, version)) {
            EventOutput out = EventOutput.open(json, response);
            out.event(Long.toString(feed.version()), "ready", new ChangesView(List.of()));
            Optional<List<Conversation>> changed = feed.next(limits.pingInterval());
            while (changed.isPresent() && allowed.getAsBoolean()) {
                if (changed.get().isEmpty()) {
                    out.ping();
                } else {
                    List<ConversationView> views =
                            changed.get().stream().map(ConversationView::of).toList();
                    out.event(Long.toString(feed.version()), "changes", new ChangesView(views));
                }
                changed = feed.next(limits.pingInterval());
            }
        }
    }

    private static @Nullable Long version(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        try {
            long version = Long.parseLong(value);
            if (version >= 0) {
                return version;
            }
        } catch (NumberFormatException e) {
            // Refused below like a negative one.
        }
        throw new StoaException(ErrorKind.INVALID_REQUEST, name + ": must be the id of an event");
    }
}
