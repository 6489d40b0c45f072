package dev.stoa.inference.upstream;

import dev.stoa.inference.TokenStream;
import dev.stoa.shared.EventData;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** What the events of one answer mean in its protocol. One use, one thread. */
interface AnswerReader {

    /** The response has begun, with a status that promises an answer. */
    void begun(Consumer<TokenStream.Event> out);

    /**
     * One server-sent event. Begins with {@code Started} if {@link #begun} did not; the last is {@code Finished}.
     *
     * @param data its data
     * @throws dev.stoa.shared.StoaException if it tells an error, or is none of the protocol's
     */
    void event(EventData data, Consumer<TokenStream.Event> out);

    /**
     * Whether the caller, who gets the upstream's own bytes, is to see the event that was read last: not what only this
     * server asked for.
     */
    default boolean isCallers() {
        return true;
    }

    /**
     * The texts of what was read last of which no event told: those of an upstream's own tools, and whatever a protocol
     * may get. Where they stand, as in {@link TokenStream.Passed}.
     */
    Map<String, String> untold();

    /**
     * A whole answer that was not asked for as a stream. The last event is {@code Finished}.
     *
     * @throws dev.stoa.shared.StoaException if it is none of the protocol's
     */
    void whole(JsonNode answer, Consumer<TokenStream.Event> out);

    /**
     * The body has ended without the protocol's own end.
     *
     * @throws dev.stoa.shared.StoaException unless the answer was whole
     */
    void bodyEnded(Consumer<TokenStream.Event> out);
}
