package dev.stoa.conversation;

import java.time.Duration;

/** Every bound of this package, with its reason. Lengths are in UTF-16 code units, as Java and browsers count. */
public final class ConversationLimits {

    /** A question: some 50,000 tokens, more than a small model reads and a screen shows. */
    public static final int TEXT_LENGTH_MAX = 200_000;

    /** Files of one question. */
    public static final int ATTACHMENTS_MAX = 10;

    /** Files of a member that no question has yet: some messages in some tabs. */
    static final int ATTACHMENTS_WAITING_MAX = 60;

    /** How long a file waits for its question; a draft is older than that rarely. */
    static final Duration ATTACHMENT_WAIT = Duration.ofDays(7);

    /** Questions of a branch, from its end, whose files a prompt may hold. */
    static final int PROMPT_FILE_QUESTIONS = 50;

    static final int FILE_NAME_LENGTH_MAX = 200;

    /** One line of a list. */
    public static final int TITLE_LENGTH_MAX = 200;

    /** A title made from the first question: what a side bar shows. */
    static final int AUTO_TITLE_LENGTH = 60;

    /** What somebody says of an answer. */
    public static final int COMMENT_LENGTH_MAX = 2_000;

    /** A draft that other devices see: longer ones stay on their own. */
    public static final int DRAFT_LENGTH_MAX = 10_000;

    /** The most tokens of a title that a model writes. */
    static final int TITLE_TOKENS = 24;

    /** Characters of the first question and of its answer that a title is made from. */
    static final int TITLE_SOURCE_LENGTH = 1_500;

    /** The most tokens in which a model proposes something to remember: one sentence in the form of a call. */
    static final int PROPOSAL_TOKENS = 120;

    /** Proposals of a conversation that wait for the person's word: more would hide the thread. */
    static final int PROPOSALS_SHOWN = 3;

    /** Earlier proposals that a new one must differ from. */
    static final int PROPOSALS_COMPARED = 500;

    /** A model's name. */
    public static final int MODEL_LENGTH_MAX = 200;

    /** A page of the list of conversations. */
    public static final int PAGE_SIZE_DEFAULT = 50;

    public static final int PAGE_SIZE_MAX = 100;

    /** Messages of one conversation: far more than a model's window holds. It is read in pages. */
    static final int MESSAGES_MAX = 20_000;

    /** Messages of a page of a branch: what a few screens show. */
    public static final int BRANCH_PAGE_DEFAULT = 60;

    public static final int BRANCH_PAGE_MAX = 1_000;

    /** Messages shown above one that was searched for. */
    static final int CONTEXT_ABOVE_HIT = 20;

    /** Conversations that one event of changes names. */
    static final int CHANGES_MAX = 100;

    /** What is searched for: a few words. */
    public static final int SEARCH_LENGTH_MAX = 200;

    public static final int SEARCH_HITS_MAX = 50;

    /** How long a link to a copy may work. */
    public static final Duration SHARE_AGE_MAX = Duration.ofDays(365);

    /** How long a deletion can be taken back. */
    static final Duration UNDELETE_TIME = Duration.ofDays(30);

    /** Conversations removed for good at one look around. */
    static final int PURGE_BATCH = 20;

    /** Answers written at once for one member, over all servers: a person with many tabs, not a program. */
    static final int RUNS_PER_MEMBER = 8;

    /** Questions that wait in one conversation: more than anybody keeps in mind. */
    static final int QUEUE_MAX = 20;

    /** Characters that an answer may still grow when it is to end at its next sentence and none ends. */
    static final int STEER_LENGTH_MAX = 600;

    /** The most tokens of one answer; a model's window may leave less. */
    static final int ANSWER_TOKENS = 4_096;

    /** The least room for an answer: a prompt that leaves less is shortened. */
    static final int ANSWER_TOKENS_MIN = 256;

    /** The most tokens of a summary of what was said long ago: a page. */
    static final int SUMMARY_TOKENS = 500;

    /** Characters of a branch that are read for a prompt: no local model's window holds more. */
    static final int HISTORY_LENGTH_MAX = 2_000_000;

    /** How often new text goes to the log, and so to readers: under what an eye sees as a jerk, few writes. */
    static final Duration FLUSH_INTERVAL = Duration.ofMillis(100);

    /** Pause before the database, a busy model or one that is still loading is tried again. */
    static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    /** How often a server says that its runs live, and looks for dead ones and for stops from other servers. */
    static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);

    /** Silence after which another server's run counts as dead: several heartbeats and a long garbage collection. */
    static final Duration HEARTBEAT_STALE = Duration.ofSeconds(10);

    /** How often a subscriber looks at an answer of another server when no word of it came. */
    static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

    /** Runs of dead servers that one look takes up; the rest is for the other servers, or the next look. */
    static final int TAKE_UP_BATCH = 16;

    /** Servers that may try one run: an answer that ends each of them must end itself. */
    static final int EPOCH_MAX = 6;

    /** How long a run that was taken up waits for its model, which after a restart is still loading. */
    static final Duration TAKE_UP_PATIENCE = Duration.ofMinutes(10);

    /** How long a stop waits for the run to end; closing a stream takes one step of the engine. */
    static final Duration STOP_WAIT = Duration.ofSeconds(20);

    /** How long interrupted runs may take to write their last state at shutdown. */
    static final Duration INTERRUPT_WAIT = Duration.ofSeconds(5);

    /** Tries of a terminal write while the database is away; after them the reaper of a later time ends the row. */
    static final int END_TRIES = 8;

    private ConversationLimits() {}
}
