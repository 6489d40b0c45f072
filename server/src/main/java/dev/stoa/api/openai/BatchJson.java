package dev.stoa.api.openai;

import dev.stoa.api.ObjectIds;
import dev.stoa.batch.Batch;
import dev.stoa.batch.BatchState;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Batches as the protocol writes them. */
final class BatchJson {
    static final String WINDOW = "24h";
    private static final JsonMapper JSON = new JsonMapper();

    private BatchJson() {}

    static ObjectNode batch(Batch batch) {
        BatchState state = batch.state();
        ObjectNode json = JSON.createObjectNode()
                .put("id", ObjectIds.BATCH.write(batch.id()))
                .put("object", "batch")
                .put("endpoint", batch.endpoint());
        String problems = batch.problems();
        if (problems == null) {
            json.putNull("errors");
        } else {
            json.putObject("errors").put("object", "list").set("data", JSON.readTree(problems));
        }
        json.put("input_file_id", file(batch.inputFile()))
                .put("completion_window", WINDOW)
                .put("status", status(batch))
                .put("output_file_id", file(batch.outputFile()))
                .put("error_file_id", file(batch.errorFile()));
        time(json, "created_at", batch.createdAt());
        time(json, "in_progress_at", batch.begunAt());
        time(json, "expires_at", batch.expiresAt());
        time(json, "finalizing_at", batch.finalizingAt());
        time(json, "completed_at", state == BatchState.COMPLETED ? batch.endedAt() : null);
        time(json, "failed_at", state == BatchState.FAILED ? batch.endedAt() : null);
        time(json, "expired_at", state == BatchState.EXPIRED ? batch.endedAt() : null);
        time(json, "cancelling_at", batch.cancelingAt());
        time(json, "cancelled_at", state == BatchState.CANCELLED ? batch.endedAt() : null);
        Batch.Counts counts = batch.counts();
        json.putObject("request_counts")
                .put("total", counts.items())
                .put("completed", counts.succeeded())
                .put("failed", counts.errored());
        json.set("metadata", JSON.readTree(batch.metadata()));
        return json;
    }

    private static String status(Batch batch) {
        return batch.state() == BatchState.FINALIZING && batch.cancelingAt() != null
                ? BatchState.CANCELLING.label()
                : batch.state().label();
    }

    private static @Nullable String file(@Nullable UUID id) {
        return id == null ? null : ObjectIds.FILE.write(id);
    }

    private static void time(ObjectNode json, String field, @Nullable Instant time) {
        if (time == null) {
            json.putNull(field);
        } else {
            json.put(field, time.getEpochSecond());
        }
    }
}
