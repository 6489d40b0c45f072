package dev.stoa.inference.routing;

import dev.stoa.engine.Priority;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.StoaException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Copies of requests for versions that are only looked at: their answers are read and thrown away, nobody pays for them,
 * and only their number and outcome are told. They wait behind everybody else. Thread-safe.
 */
final class Shadows {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Semaphore places;
    private final Duration timeMax;
    private final MeterRegistry meters;

    /** @param timeMax of one copy */
    Shadows(int places, Duration timeMax, MeterRegistry meters) {
        this.places = new Semaphore(places);
        this.timeMax = timeMax;
        this.meters = meters;
    }

    /** Begins an answer. */
    interface Starter {
        TokenStream start(GenerationRequest request);
    }

    /** Sends a copy, if there is a place; returns at once. */
    void send(GenerationRequest request, String version, Starter starter) {
        if (!places.tryAcquire()) {
            count(version, "left_out");
            return;
        }
        GenerationRequest copy =
                request.withModel(version).withScheduling(request.scheduling().withPriority(Priority.BATCH));
        Thread.ofVirtual().name("stoa-shadow").start(() -> {
            try {
                count(version, run(copy, starter).label());
            } finally {
                places.release();
            }
        });
    }

    private Outcome run(GenerationRequest copy, Starter starter) {
        long begin = System.nanoTime();
        try (TokenStream stream = starter.start(copy)) {
            while (System.nanoTime() - begin < timeMax.toNanos()) {
                if (stream.next(POLL) instanceof TokenStream.Finished) {
                    return Outcome.COMPLETED;
                }
            }
            return Outcome.EXPIRED;
        } catch (StoaException e) {
            return Outcome.of(e.kind());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Outcome.CANCELLED;
        } catch (IllegalStateException _) {
            // The server stops.
            return Outcome.CANCELLED;
        }
    }

    private void count(String version, String outcome) {
        meters.counter("stoa_shadow_requests", "version", version, "outcome", outcome)
                .increment();
    }
}
