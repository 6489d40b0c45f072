package dev.stoa.api.openai;

import dev.stoa.response.BackgroundStore;
import dev.stoa.response.BackgroundStore.Event;
import dev.stoa.response.ResponseStatus;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The end of a background response whose server died: it failed, with those items of its output that were done. */
final class LostResponse {
    private static final int PAGE = 1_000;
    private static final JsonMapper JSON = new JsonMapper();

    private LostResponse() {}

    static void end(BackgroundStore store, UUID server, BackgroundStore.Orphan orphan) {
        ObjectNode response = (ObjectNode) StoredItems.read(orphan.body());
        ArrayNode output = response.putArray("output");
        int last = -1;
        List<Event> events;
        do {
            events = store.events(orphan.id(), last, PAGE);
            for (Event event : events) {
                last = event.sequence();
                JsonNode told = StoredItems.read(event.json());
                if (told.get("type").stringValue().equals("response.output_item.done")) {
                    output.add(told.get("item"));
                }
            }
        } while (events.size() == PAGE);
        response.put("status", ResponseStatus.FAILED.word());
        response.putObject("error")
                .put("code", "server_error")
                .put("message", "The server that made this response died before it was done.");
        ObjectNode failed =
                JSON.createObjectNode().put("type", "response.failed").put("sequence_number", last + 1);
        failed.set("response", response);
        Event told = new Event(orphan.id(), last + 1, StoredItems.write(failed));
        store.end(
                server,
                orphan.id(),
                ResponseStatus.FAILED,
                StoredItems.write(response),
                StoredItems.output(response),
                List.of(told));
    }
}
