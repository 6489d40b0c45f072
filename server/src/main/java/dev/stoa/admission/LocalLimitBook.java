package dev.stoa.admission;

import java.time.Clock;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** A book of this process alone: for tests, and for the time while the shared one is away. Thread-safe. */
final class LocalLimitBook implements LimitBook {
    private final SortedMap<String, ScopeState> states = new TreeMap<>();
    private final Clock clock;

    LocalLimitBook(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized List<Verdict> apply(UUID server, List<Entry> entries) {
        LimitPages.keys(entries).forEach(key -> states.computeIfAbsent(key, _ -> new ScopeState()));
        return LimitPages.apply(clock.millis(), server, entries, states);
    }
}
