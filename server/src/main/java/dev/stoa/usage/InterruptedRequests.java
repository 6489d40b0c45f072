package dev.stoa.usage;

/** Hears of requests whose server was killed, once their events are written. */
public interface InterruptedRequests {
    void interrupted(UsageEvent event);
}
