package dev.stoa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;

class OpenRequestsTest {
    /** What reaches the database. */
    private static final class Store implements OpenStore {
        private final List<String> calls = new ArrayList<>();
        private @Nullable RuntimeException fault;
        private boolean monthsFail;

        private void call(String name) {
            if (fault != null) {
                throw fault;
            }
            calls.add(name);
        }

        @Override
        public void pulse(UUID server) {
            call("pulse");
        }

        @Override
        public void open(UUID server, List<? extends OpenRequest> requests) {
            call("open");
        }

        @Override
        public void progress(List<? extends OpenRequest> requests) {
            call("progress");
        }

        @Override
        public List<String> stops(UUID server) {
            call("stops");
            return List.of();
        }

        @Override
        public void close(List<String> requestIds) {
            call("close");
        }

        @Override
        public List<UsageEvent> bury(Duration silence) {
            call("bury");
            return List.of();
        }

        @Override
        public void makeMonths() {
            if (monthsFail) {
                throw new DataIntegrityViolationException("a row is in the way");
            }
            call("months");
        }

        @Override
        public void leave(UUID server) {
            call("leave");
        }
    }

    private final Store store = new Store();
    private final AtomicLong nanos = new AtomicLong();
    private final OpenRequests open = new OpenRequests(store, UUID.randomUUID(), _ -> {}, nanos::get);

    private List<String> pulse() {
        nanos.addAndGet(OpenRequests.PULSE.toNanos());
        store.calls.clear();
        open.tell(true);
        return store.calls;
    }

    /** How many pulses it takes until it buries. */
    private int pulsesUntilBurial() {
        int pulses = 1;
        while (!pulse().contains("bury") && pulses < 100) {
            pulses++;
        }
        return pulses;
    }

    @Test
    void goesOnAfterAnyFault() {
        store.fault = new IllegalStateException("a bug");
        assertThat(pulse()).isEmpty();
        store.fault = null;
        assertThat(pulse()).contains("pulse");
    }

    @Test
    void goesOnWithoutTheNextMonths() {
        store.monthsFail = true;
        assertThat(pulse()).contains("pulse", "progress").doesNotContain("months");
    }

    @Test
    void buriesOthersOnceItsOwnSignsHaveComeForAsLongAsADeadOneIsSilent() {
        int enough = 1 + (int) OpenRequests.DEAD.dividedBy(OpenRequests.PULSE);
        assertThat(pulsesUntilBurial()).isEqualTo(enough);
        assertThat(pulse()).contains("bury");
        store.fault = new DataAccessResourceFailureException("away");
        assertThat(pulse()).isEmpty();
        store.fault = null;
        assertThat(pulsesUntilBurial()).as("as all were silent").isEqualTo(enough);
    }
}
