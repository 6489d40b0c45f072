package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Conversations and their messages, for surfaces. A member sees its own; what belongs to another is NOT_FOUND, as if it
 * were not there.
 *
 * <p>Ids are chosen by clients, so that a client that got no answer may send the same again: the same id with the same
 * content gives the same answer, with other content it is a CONFLICT. Thread-safe.
 */
@Service
public class Conversations {

    private final ConversationRepository conversations;
    private final MessageRepository messages;
    private final RunRepository runRows;
    private final Runs runs;
    private final Bell bell;
    private final Summarizer summarizer;
    private final PersonalRepository personal;
    private final ConversationSupport support;
    private final PersonalLimits limits;

    Conversations(
            ConversationRepository conversations,
            MessageRepository messages,
            RunRepository runRows,
            Runs runs,
            Bell bell,
            Summarizer summarizer,
            PersonalRepository personal,
            ConversationSupport support,
            PersonalLimits limits) {
        this.limits = limits;
        this.conversations = conversations;
        this.messages = messages;
        this.runRows = runRows;
        this.runs = runs;
        this.bell = bell;
        this.summarizer = summarizer;
        this.personal = personal;
        this.support = support;
    }

    /**
     * A part of a branch of a conversation, oldest first.
     *
     * @param versions of each message the ids of those with the same parent, itself among them, in the order they were
     *     made
     * @param more whether the branch has older messages
     * @param summaries those of all branches
     */
    public record Thread(
            Conversation conversation,
            List<Message> messages,
            Map<UUID, List<UUID>> versions,
            boolean more,
            List<Summary> summaries) {
        public Thread {
            messages = List.copyOf(messages);
            versions = Map.copyOf(versions);
        }
    }

    /**
     * Which part of a conversation; at most one of them is given, and none means the end of the newest branch.
     *
     * @param before a message: what stands above it
     * @param under a message: the newest branch through it, far enough up to hold it
     */
    public record Place(@Nullable UUID before, @Nullable UUID under) {
        public static final Place END = new Place(null, null);
    }

    /** Takes a conversation out of its project. */
    public static final UUID NO_PROJECT = new UUID(0, 0);

    /**
     * What to change; null leaves a thing as it is.
     *
     * @param projectId {@link #NO_PROJECT} for none
     */
    public record Change(
            @Nullable String title,
            @Nullable Policy policy,
            @Nullable Boolean pinned,
            @Nullable Boolean archived,
            @Nullable String instructions,
            @Nullable UUID projectId,
            @Nullable String draft,
            @Nullable UUID readId) {}

    /**
     * What a conversation begins with.
     *
     * @param title "" leaves that to its first question and the model
     * @param model null takes the server's default at each question
     */
    public record Beginning(
            String title,
            @Nullable String model,
            String instructions,
            @Nullable UUID projectId) {
        /** Of a title alone. */
        static Beginning titled(String title) {
            return new Beginning(title, null, "", null);
        }
    }

    /** A conversation, and whether this call made it. */
    public record Creation(Conversation conversation, boolean created) {}

    /**
     * Conversations, last changed first.
     *
     * @param before the {@link Page#next} of the page before; null for the first page
     * @param archived those that are archived, or else those that are neither that nor pinned
     */
    public Page list(Caller caller, int limit, @Nullable String before, boolean archived) {
        requireLimit(limit, ConversationLimits.PAGE_SIZE_MAX);
        Cursor after = before == null ? null : Cursor.decode(before);
        List<Conversation> found = conversations.page(caller.memberId(), limit, after, archived);
        if (found.size() <= limit) {
            return new Page(found, null);
        }
        List<Conversation> page = found.subList(0, limit);
        return new Page(page, Cursor.after(page.getLast()).encode());
    }

    /** Those that are pinned, last pinned first. */
    public List<Conversation> pinned(Caller caller) {
        return conversations.pinned(caller.memberId());
    }

    /** A conversation of the caller that has this id already is given back as it is. */
    public Creation create(Caller caller, UUID id, Beginning asked) {
        Personal.requireMay("title", asked.title(), ConversationLimits.TITLE_LENGTH_MAX);
        Personal.requireMay("instructions", asked.instructions(), limits.instructionsLength());
        requireProject(caller, asked.projectId());
        String model = asked.model();
        Beginning begun = new Beginning(
                asked.title().strip(),
                model == null ? null : support.knownModel(model).id(),
                asked.instructions().strip(),
                asked.projectId());
        return conversations
                .insert(id, caller.memberId(), begun, support.now())
                .map(fresh -> new Creation(fresh, true))
                .or(() -> conversations.find(caller.memberId(), id).map(known -> new Creation(known, false)))
                .orElseThrow(() -> ConversationSupport.taken(id));
    }

    /** A part of a conversation; its cost hangs on {@code limit}, not on the conversation's length. */
    public Thread read(Caller caller, UUID id, Place place, int limit) {
        requireLimit(limit, ConversationLimits.BRANCH_PAGE_MAX);
        Conversation conversation = find(caller, id);
        MessageRepository.BranchPage page = messages.branchPage(id, place, limit);
        return new Thread(conversation, page.messages(), page.versions(), page.more(), summarizer.of(id));
    }

    /** The messages of a conversation that were changed after a version, and how the conversation is now. */
    public Thread changedSince(Caller caller, UUID id, long version) {
        Conversation conversation = find(caller, id);
        return new Thread(conversation, messages.changedSince(id, version), Map.of(), false, summarizer.of(id));
    }

    /**
     * A whole branch, as far as one page holds.
     *
     * @param leaf its last message; null takes the newest branch
     */
    Thread branch(Caller caller, UUID id, @Nullable UUID leaf) {
        Conversation conversation = find(caller, id);
        List<Message> end = leaf == null ? messages.branchPage(id, Place.END, 1).messages() : List.of();
        if (leaf == null && end.isEmpty()) {
            return new Thread(conversation, List.of(), Map.of(), false, List.of());
        }
        UUID last = leaf == null ? end.getLast().id() : leaf;
        List<Message> branch = messages.branch(last, ConversationLimits.HISTORY_LENGTH_MAX);
        if (branch.isEmpty() || !branch.getLast().conversationId().equals(id)) {
            throw TextRules.invalid("leaf", "there is no such message in this conversation");
        }
        return new Thread(conversation, branch, Map.of(), false, List.of());
    }

    Conversation find(Caller caller, UUID id) {
        return conversations.find(caller.memberId(), id).orElseThrow(() -> ConversationSupport.noConversation(id));
    }

    public Conversation change(Caller caller, UUID id, Change change) {
        String title = change.title();
        if (title != null) {
            TextRules.require("title", title, ConversationLimits.TITLE_LENGTH_MAX);
        }
        String instructions = change.instructions();
        if (instructions != null) {
            Personal.requireMay("instructions", instructions, limits.instructionsLength());
        }
        String draft = change.draft();
        if (draft != null) {
            Personal.requireMay("draft", draft, ConversationLimits.DRAFT_LENGTH_MAX);
        }
        if (!NO_PROJECT.equals(change.projectId())) {
            requireProject(caller, change.projectId());
        }
        Change clean = new Change(
                title == null ? null : title.strip(),
                change.policy(),
                change.pinned(),
                change.archived(),
                instructions,
                change.projectId(),
                draft,
                change.readId());
        return conversations
                .change(caller.memberId(), id, clean, support.now())
                .orElseThrow(() -> ConversationSupport.noConversation(id));
    }

    private void requireProject(Caller caller, @Nullable UUID project) {
        if (project != null && !personal.has(PersonalRepository.Shelf.PROJECT, caller.memberId(), project)) {
            throw TextRules.invalid("project_id", "there is no such project");
        }
    }

    /** Ends its runs and hides it; {@link #restore} takes it back until it is gone for good. */
    public void delete(Caller caller, UUID id) {
        List<UUID> running = support.inTransaction(() -> {
            List<UUID> locked = runRows.lockIn(id);
            if (!conversations.delete(caller.memberId(), id)) {
                throw ConversationSupport.noConversation(id);
            }
            locked.forEach(runRows::requestStop);
            return locked;
        });
        running.forEach(message -> runs.find(message).ifPresent(run -> run.requestEnd(Run.Cause.STOP)));
    }

    /** Takes a deletion back. */
    public Conversation restore(Caller caller, UUID id) {
        return conversations.restore(caller.memberId(), id).orElseThrow(() -> ConversationSupport.noConversation(id));
    }

    /** Follows the changes of a member's conversations: from a version on, or from now. */
    public MemberFeed follow(Caller caller, @Nullable Long version) {
        return new MemberFeed(conversations, runs, bell, caller.memberId(), version);
    }

    private static void requireLimit(int limit, int max) {
        if (limit < 1 || limit > max) {
            throw TextRules.invalid("limit", "must be between 1 and " + max);
        }
    }
}
