package dev.stoa.api.openai;

import dev.stoa.api.ClientConnection;
import dev.stoa.api.EventWriter;
import dev.stoa.generation.Generations;
import dev.stoa.response.BackgroundStore;
import dev.stoa.response.BackgroundStore.Event;
import dev.stoa.shared.Limits;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells a background response's events from any number on, then as they come, from its log: so a reader may come late,
 * come back, read slowly, or read from another server than the one that writes. No connection to the database is held
 * while it waits. Thread-safe.
 */
@Component
final class ResponseFollower {
    /** Events read at once: a slow reader costs this much memory. */
    private static final int PAGE = 200;
    /** How often a response of another server is looked at. */
    private static final Duration POLL = Duration.ofMillis(500);

    private final BackgroundStore store;
    private final BackgroundResponses background;
    private final Generations generations;
    private final Limits limits;

    ResponseFollower(BackgroundStore store, BackgroundResponses background, Generations generations, Limits limits) {
        this.store = store;
        this.background = background;
        this.generations = generations;
        this.limits = limits;
    }

    /** @param after number of the last event that the client has; -1 for none */
    void follow(String id, int after, HttpServletResponse response) throws IOException, InterruptedException {
        ClientConnection client = ClientConnection.current(limits.clientCheck());
        EventWriter out = new EventWriter(response);
        out.flush();
        int last = after;
        long writtenNanos = System.nanoTime();
        while (!client.gone()) {
            boolean over = !await(id, last, client);
            List<Event> events = store.events(id, last, PAGE);
            for (Event event : events) {
                out.addNamed((ObjectNode) StoredItems.read(event.json()));
                last = event.sequence();
            }
            if (events.isEmpty() && over) {
                return;
            }
            if (events.isEmpty()
                    && System.nanoTime() - writtenNanos < limits.pingInterval().toNanos()) {
                continue;
            }
            if (events.isEmpty()) {
                out.addComment();
            }
            out.flush();
            writtenNanos = System.nanoTime();
        }
    }

    /** Waits for something new, for a while. @return false if nothing new can come from now on */
    private boolean await(String id, int last, ClientConnection client) throws InterruptedException {
        Optional<BackgroundRun> run = background.find(id);
        if (run.isPresent()) {
            run.get().await(last, limits.clientCheck());
            return true;
        }
        if (generations.draining() || store.ended(id)) {
            return false;
        }
        long until = System.nanoTime() + POLL.toNanos();
        while (System.nanoTime() < until && !client.gone()) {
            Thread.sleep(limits.clientCheck());
        }
        return true;
    }
}
