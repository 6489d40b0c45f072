package dev.stoa.api.openai;

import dev.stoa.api.Callers;
import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import dev.stoa.api.Responses;
import dev.stoa.identity.Caller;
import dev.stoa.response.ResponseStore;
import dev.stoa.response.StoredResponse;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Responses that are kept: reading, following, cancelling and deleting them, and what they were asked with. */
@Controller
final class StoredResponsesController {
    /** The protocol's own page sizes. */
    private static final int ITEMS_DEFAULT = 20;

    private static final int ITEMS_MAX = 100;
    /** How long a cancel waits; another server hears of it with its next heartbeat. */
    private static final Duration CANCEL_WAIT = Duration.ofSeconds(20);
    /** How often a response of another server is looked at meanwhile. */
    private static final Duration POLL = Duration.ofMillis(200);

    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final ResponseStore store;
    private final BackgroundResponses background;
    private final ResponseFollower follower;

    StoredResponsesController(
            Callers callers, ResponseStore store, BackgroundResponses background, ResponseFollower follower) {
        this.callers = callers;
        this.store = store;
        this.background = background;
        this.follower = follower;
    }

    @RequestMapping("/v1/responses/{id}")
    void one(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException, InterruptedException {
        Caller caller = begin(http, response, "GET", "DELETE");
        if (http.getMethod().equals("DELETE")) {
            delete(caller, id, response);
            return;
        }
        StoredResponse found = find(caller, id);
        int after = startingAfter(http);
        if (!Query.flag(http, "stream")) {
            Responses.json(response, HttpServletResponse.SC_OK, body(found));
            return;
        }
        if (!found.background()) {
            throw Fields.invalid("stream", "only a response that was made in the background can be streamed again");
        }
        if (!found.eventsKept()) {
            throw Fields.invalid("stream", "the events of this response are no longer kept; ask for it as a whole");
        }
        follower.follow(id, after, response);
    }

    private void delete(Caller caller, String id, HttpServletResponse response) throws IOException {
        if (!store.delete(caller, id)) {
            throw unknown(id);
        }
        background.find(id).ifPresent(BackgroundRun::lose);
        ObjectNode answer =
                JSON.createObjectNode().put("id", id).put("object", "response").put("deleted", true);
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    @RequestMapping("/v1/responses/{id}/cancel")
    void cancel(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException, InterruptedException {
        Caller caller = begin(http, response, "POST");
        StoredResponse found = find(caller, id);
        if (!found.background()) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "Only a response that is made in the background can be cancelled; to end another one, hang up.");
        }
        if (!found.status().ended()) {
            background.cancel(id);
            found = awaitEnd(caller, id);
        }
        Responses.json(response, HttpServletResponse.SC_OK, body(found));
    }

    private StoredResponse awaitEnd(Caller caller, String id) throws InterruptedException {
        long deadline = System.nanoTime() + CANCEL_WAIT.toNanos();
        while (System.nanoTime() < deadline) {
            StoredResponse now = find(caller, id);
            if (now.status().ended()) {
                return now;
            }
            var run = background.find(id);
            if (run.isPresent()) {
                run.get().awaitEnd(POLL);
            } else {
                Thread.sleep(POLL);
            }
        }
        throw new StoaException(ErrorKind.TIMEOUT, "The response did not end in time. Try again.");
    }

    @RequestMapping("/v1/responses/{id}/input_items")
    void inputItems(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = begin(http, response, "GET");
        String order = http.getParameter("order");
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw Fields.invalid("order", "must be asc or desc");
        }
        int limit = Query.limit(http, ITEMS_DEFAULT, ITEMS_MAX);
        List<JsonNode> items = new ArrayList<>();
        StoredItems.read(find(caller, id).input()).forEach(items::add);
        if (!"asc".equals(order)) {
            items = items.reversed();
        }
        int from = behind(items, http.getParameter("after"));
        List<JsonNode> page = items.subList(from, Math.min(items.size(), from + limit));
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        page.forEach(data::add);
        answer.set("first_id", page.isEmpty() ? null : page.getFirst().get("id"));
        answer.set("last_id", page.isEmpty() ? null : page.getLast().get("id"));
        answer.put("has_more", from + page.size() < items.size());
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    private static int behind(List<JsonNode> items, @Nullable String cursor) {
        if (cursor == null || cursor.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).get("id").stringValue().equals(cursor)) {
                return i + 1;
            }
        }
        throw Fields.invalid("after", "must be the id of an item of this response");
    }

    private Caller begin(HttpServletRequest http, HttpServletResponse response, String... methods) {
        Responses.requireMethod(http, response, methods);
        return callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
    }

    private StoredResponse find(Caller caller, String id) {
        return store.find(caller, id).orElseThrow(() -> unknown(id));
    }

    private static StoaException unknown(String id) {
        String shown = id.length() > 100 ? id.substring(0, 100) + "…" : id;
        return new StoaException(ErrorKind.NOT_FOUND, "Response with id “" + shown + "” not found.");
    }

    private static ObjectNode body(StoredResponse response) {
        return (ObjectNode) StoredItems.read(response.body());
    }

    /** -1 where the stream is to begin at its beginning. */
    private static int startingAfter(HttpServletRequest http) {
        String text = http.getParameter("starting_after");
        if (text == null) {
            return -1;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Answered below, as a number out of range.
        }
        throw Fields.invalid("starting_after", "must be the sequence_number of an event");
    }
}
