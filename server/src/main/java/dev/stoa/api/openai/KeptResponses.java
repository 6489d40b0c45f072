package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.identity.Caller;
import dev.stoa.response.ResponseLimits;
import dev.stoa.response.ResponseStatus;
import dev.stoa.response.ResponseStore;
import dev.stoa.response.StoredResponse;
import dev.stoa.shared.Ids;
import dev.stoa.shared.Limits;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Requests that build upon responses that are kept, and responses that are kept in turn. Thread-safe. */
@Component
final class KeptResponses {
    private final ResponseStore store;
    private final ResponseLimits responseLimits;
    private final Limits limits;
    private final GivenDocuments documents;

    KeptResponses(ResponseStore store, ResponseLimits responseLimits, Limits limits, GivenDocuments documents) {
        this.store = store;
        this.responseLimits = responseLimits;
        this.limits = limits;
        this.documents = documents;
    }

    /** Decodes a body, with what was said before it. */
    ResponsesRequest decode(Caller caller, JsonNode body, Ids ids) {
        long lengthMax = limits.messagesBody().toBytes();
        JsonNode whole =
                ItemReferences.resolve(body, lengthMax, itemIds -> store.outputItems(caller, itemIds, lengthMax));
        return ResponsesDecoder.decode(whole, ids, documents.reader(caller), new ResponsesDecoder.Keeping() {
            @Override
            public boolean keeps() {
                return responseLimits.keeps();
            }

            @Override
            public List<JsonNode> itemsUpTo(String responseId) {
                return KeptResponses.this.itemsUpTo(caller, responseId);
            }
        });
    }

    /** Keeps a response that has ended in the foreground, if its caller wants that. */
    void keep(Caller caller, ResponsesRequest request, ObjectNode ended) {
        if (!request.store()) {
            return;
        }
        store.keep(
                caller,
                new StoredResponse(
                        ended.get("id").stringValue(),
                        request.previousId(),
                        false,
                        ResponseStatus.of(ended.get("status").stringValue()),
                        StoredItems.write(request.input()),
                        StoredItems.write(ended),
                        false),
                StoredItems.output(ended));
    }

    private List<JsonNode> itemsUpTo(Caller caller, String responseId) {
        long bytesMax = limits.messagesBody().toBytes();
        List<StoredResponse> chain = store.chain(caller, responseId, bytesMax);
        if (chain.isEmpty()) {
            throw Fields.invalid(ResponsesDecoder.PREVIOUS, "a previous response with this id was not found");
        }
        if (!chain.getLast().status().ended()) {
            throw Fields.invalid(ResponsesDecoder.PREVIOUS, "this response has not ended yet");
        }
        long bytes = chain.stream()
                .mapToLong(one -> (long) one.input().length() + one.body().length())
                .sum();
        boolean whole = chain.getFirst().previousId() == null;
        if (bytes > bytesMax || !whole && chain.size() == responseLimits.chain()) {
            throw Fields.invalid(
                    ResponsesDecoder.PREVIOUS,
                    "the responses before this one are more than " + responseLimits.chain() + ", or have more than "
                            + (bytesMax >> 20) + " MB");
        }
        if (!whole) {
            throw Fields.invalid(
                    ResponsesDecoder.PREVIOUS, "a response that this one was built upon is no longer there");
        }
        List<JsonNode> items = new ArrayList<>();
        chain.forEach(one -> items.addAll(StoredItems.said(one)));
        return items;
    }
}
