package dev.stoa.conversation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one member's conversations, wherever they are made, in the order of their versions and without a gap.
 * What changed several times while nobody looked is told once, as it is now. No connection is held while it waits. One
 * thread.
 */
public final class MemberFeed implements AutoCloseable {
    private final ConversationRepository conversations;
    private final Runs runs;
    private final Bell.Ear ear;
    private final UUID member;
    private long version;

    MemberFeed(ConversationRepository conversations, Runs runs, Bell bell, UUID member, @Nullable Long version) {
        this.conversations = conversations;
        this.runs = runs;
        this.member = member;
        this.ear = bell.listen(member);
        this.version = version == null ? conversations.version(member) : version;
    }

    /** Up to which version changes were told. */
    public long version() {
        return version;
    }

    /**
     * Waits at most {@code timeout} for changes.
     *
     * @return none if there were none in that time; empty when this server shuts down
     */
    public Optional<List<Conversation>> next(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<Conversation> changed = conversations.changedSince(member, version, ConversationLimits.CHANGES_MAX);
            if (!changed.isEmpty()) {
                version = changed.getLast().version();
                return Optional.of(changed);
            }
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (runs.draining()) {
                return Optional.empty();
            }
            if (!left.isPositive()) {
                return Optional.of(List.of());
            }
            Duration look = ConversationLimits.POLL_INTERVAL.multipliedBy(5);
            ear.await(left.compareTo(look) < 0 ? left : look);
        }
    }

    @Override
    public void close() {
        ear.close();
    }
}
