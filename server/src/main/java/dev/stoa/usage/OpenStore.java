package dev.stoa.usage;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Where running requests are written down. Every call is one transaction; all may be repeated.
 *
 * <p>Each throws a {@link org.springframework.dao.DataAccessException} if the database is away.
 */
interface OpenStore {

    /** The server lives. */
    void pulse(UUID server);

    void open(UUID server, List<? extends OpenRequest> requests);

    /** How far they are. */
    void progress(List<? extends OpenRequest> requests);

    /** Those of this server that an administrator wants to end. */
    List<String> stops(UUID server);

    /** These have ended; their events tell the rest. */
    void close(List<String> requestIds);

    /** Makes events of the requests of servers that were silent for so long; tells those that it has made. */
    List<UsageEvent> bury(Duration silence);

    /** Makes the partitions of this month and the next, so that a month's is there well before its first event. */
    void makeMonths();

    /** The server has ended all that it had. */
    void leave(UUID server);
}
