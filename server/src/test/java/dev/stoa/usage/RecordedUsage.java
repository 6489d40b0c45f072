package dev.stoa.usage;

import dev.stoa.shared.Limits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;

/** A recorder whose ledger never starts to write: what was recorded can be read. */
public final class RecordedUsage {
    private final List<UsageEvent> written = new ArrayList<>();
    private final UsageLedger ledger = new UsageLedger(written::addAll, Limits.defaults());
    private final UsageRecorder recorder = new UsageRecorder(ledger, _ -> {}, new SimpleMeterRegistry());

    public UsageRecorder recorder() {
        return recorder;
    }

    /** All that was recorded. */
    public List<UsageEvent> events() {
        ledger.drainTo(written);
        return written;
    }
}
