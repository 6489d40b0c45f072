package dev.stoa.api.anthropic;

import dev.stoa.api.ObjectIds;
import dev.stoa.batch.Batch;
import dev.stoa.batch.BatchState;
import dev.stoa.batch.ItemResult;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Batches and their results as the protocol writes them. */
final class BatchJson {
    private static final JsonMapper JSON = new JsonMapper();

    private BatchJson() {}

    /** @param resultsUrl where the results are, once there are some */
    static ObjectNode batch(Batch batch, String resultsUrl) {
        boolean ended = batch.state().ended();
        ObjectNode json = JSON.createObjectNode()
                .put("id", ObjectIds.MESSAGE_BATCH.write(batch.id()))
                .put("type", "message_batch")
                .put("processing_status", status(batch));
        Batch.Counts counts = batch.counts();
        // The protocol tells how items have ended when all have.
        json.putObject("request_counts")
                .put("processing", ended ? counts.open() : counts.items())
                .put("succeeded", ended ? counts.succeeded() : 0)
                .put("errored", ended ? counts.errored() : 0)
                .put("canceled", ended ? counts.canceled() : 0)
                .put("expired", ended ? counts.expired() : 0);
        return json.put("ended_at", time(batch.endedAt()))
                .put("created_at", time(batch.createdAt()))
                .put("expires_at", time(batch.expiresAt()))
                .put("archived_at", time(batch.archivedAt()))
                .put("cancel_initiated_at", time(batch.cancelingAt()))
                .put("results_url", ended && batch.archivedAt() == null ? resultsUrl : null);
    }

    private static String status(Batch batch) {
        if (batch.state().ended()) {
            return "ended";
        }
        return batch.cancelingAt() != null || batch.state() == BatchState.CANCELLING ? "canceling" : "in_progress";
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    static ObjectNode deleted(Batch batch) {
        return JSON.createObjectNode()
                .put("id", ObjectIds.MESSAGE_BATCH.write(batch.id()))
                .put("type", "message_batch_deleted");
    }

    /** A line of the results, without its end. */
    static String line(ItemResult result) {
        ObjectNode line = JSON.createObjectNode().put("custom_id", result.customId());
        ObjectNode how = line.putObject("result").put("type", result.state().label());
        String body = result.body();
        if (body != null) {
            String field = switch (result.state()) {
                case SUCCEEDED -> "message";
                case ERRORED -> "error";
                case WAITING, RUNNING, CANCELED, EXPIRED ->
                    throw new IllegalStateException("an item that is " + result.state() + " has no answer");
            };
            how.set(field, JSON.readTree(body));
        }
        return line.toString();
    }
}
