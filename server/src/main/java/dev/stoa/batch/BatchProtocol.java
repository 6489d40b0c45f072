package dev.stoa.batch;

import dev.stoa.identity.Caller;
import dev.stoa.shared.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a surface says of its batches. Thread-safe. */
public interface BatchProtocol {

    /**
     * An item to answer.
     *
     * @param requestId of this try
     * @param body a JSON object
     * @param stopped tells that the answer is not wanted any more
     */
    record Request(
            String requestId, Caller caller, String endpoint, String version, String body, BooleanSupplier stopped) {

        /** What went on until it was stopped. */
        public <T> T unlessStopped(@Nullable T answer) throws InterruptedException {
            if (answer == null) {
                throw new InterruptedException("the answer is not wanted any more");
            }
            return answer;
        }
    }

    /** @param body a JSON object */
    record Answer(int status, String body) {}

    /** A short word, such as {@code anthropic}. */
    String name();

    /**
     * Answers an item as the endpoint would answer it alone, behind all requests that somebody waits for.
     *
     * @throws StoaException as the endpoint
     * @throws InterruptedException if it was stopped
     */
    Answer answer(Request request) throws InterruptedException;

    /** The endpoint's answer to what went wrong. */
    Answer error(StoaException error, String requestId);

    /** How its batches come in and go out as files; empty where they don't. */
    default Optional<BatchFiles> files() {
        return Optional.empty();
    }

    /** The form of a protocol's files. */
    interface BatchFiles {

        /**
         * Reads the items of an input.
         *
         * @param items takes each; throws {@link BadInputException} as {@link Intake#accept}
         * @throws BadInputException if it is refused as a whole
         */
        void read(InputStream input, String endpoint, Consumer<NewItem> items) throws IOException;

        /** The problems of an input as one JSON list. */
        String problems(BadInputException bad);

        /** A result as a line, without its end. */
        String line(ItemResult result);
    }
}
