package dev.stoa.api;

import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenStream.Event;
import dev.stoa.inference.TokenStream.Finished;
import dev.stoa.inference.TokenStream.Passed;
import dev.stoa.inference.TokenStream.Started;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes an answer as an upstream sent it, by the byte. Only where safety or a fault ends it are there words of this
 * server's, in the protocol's form; and comments in silences, which are no event. The caller closes the stream. One use,
 * one thread.
 */
public final class PassedAnswer {
    /** What an upstream sends faster than it leaves is not collected beyond this. */
    private static final int PENDING_MAX = 64 << 10;

    private static final byte[] COMMENT = ": ping\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final Logger log = LoggerFactory.getLogger(PassedAnswer.class);

    /** What this server has to say in the protocol. */
    public interface Words {
        /** Hears what leaves of a stream. */
        default void passed(byte[] events) {}

        /**
         * The end of a stream that safety has ended.
         *
         * @param begun whether anything has left before
         */
        byte[] refused(Started started, boolean begun, Finished end);

        /** In place of a whole answer. */
        byte[] refusedWhole(Finished end);

        /** A fault in mid-stream. */
        byte[] fault(ErrorKind kind, String message);
    }

    private final TokenStream stream;
    private final ClientConnection client;
    private final Limits limits;
    private final Words words;
    /** What has come and not left yet. */
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    public PassedAnswer(TokenStream stream, ClientConnection client, Limits limits, Words words) {
        this.stream = stream;
        this.client = client;
        this.limits = limits;
        this.words = words;
    }

    /**
     * Writes it all.
     *
     * @throws StoaException if the request fails before anything was written
     */
    public void writeTo(HttpServletResponse response, boolean streamed) throws IOException, InterruptedException {
        if (streamed) {
            stream(response);
        } else {
            whole(response);
        }
    }

    private void whole(HttpServletResponse response) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (!client.gone()) {
            Event event = stream.next(limits.clientCheck());
            if (event instanceof Passed(byte[] more, Map<String, String> _)) {
                body.writeBytes(more);
            } else if (event instanceof Finished end) {
                byte[] bytes = stream.refusal() == null ? body.toByteArray() : words.refusedWhole(end);
                response.setStatus(HttpServletResponse.SC_OK);
                response.setContentType("application/json");
                response.setContentLength(bytes.length);
                response.getOutputStream().write(bytes);
                return;
            }
        }
    }

    private void stream(HttpServletResponse response) throws IOException, InterruptedException {
        Started started = start();
        if (started == null) {
            return;
        }
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType("text/event-stream; charset=utf-8");
        response.setHeader("Cache-Control", "no-cache");
        // Proxies of the nginx family would collect the stream otherwise.
        response.setHeader("X-Accel-Buffering", "no");
        OutputStream out = response.getOutputStream();
        try {
            writeRest(started, out);
        } catch (StoaException e) {
            // Behind what came before it.
            pending.writeBytes(words.fault(e.kind(), String.valueOf(e.getMessage())));
            flush(out);
        } catch (RuntimeException e) {
            // The status has left, so the fault can only be told within the stream.
            log.error("A request failed in mid-stream", e);
            pending.writeBytes(words.fault(ErrorKind.INTERNAL, "The server failed on this request."));
            flush(out);
        }
    }

    private @Nullable Started start() throws InterruptedException {
        while (!client.gone()) {
            if (stream.next(limits.clientCheck()) instanceof Started started) {
                return started;
            }
        }
        return null;
    }

    private void writeRest(Started started, OutputStream out) throws IOException, InterruptedException {
        boolean begun = false;
        // The head leaves with the first events where they are there.
        boolean unsent = true;
        long writtenNanos = System.nanoTime();
        while (true) {
            // What is there already leaves together.
            Event event = stream.next(unsent || pending.size() > 0 ? Duration.ZERO : limits.clientCheck());
            if (event instanceof Passed(byte[] more, Map<String, String> _)) {
                pending.writeBytes(more);
                words.passed(more);
                begun = true;
            } else if (event instanceof Finished end) {
                if (stream.refusal() != null) {
                    pending.writeBytes(words.refused(started, begun, end));
                }
                // Without a flush: it leaves with the end of the response.
                pending.writeTo(out);
                return;
            }
            if (event == null && !unsent && pending.size() == 0) {
                if (client.gone()) {
                    return;
                }
                if (System.nanoTime() - writtenNanos >= limits.pingInterval().toNanos()) {
                    pending.writeBytes(COMMENT);
                }
            }
            if (pending.size() >= PENDING_MAX || (event == null && (unsent || pending.size() > 0))) {
                flush(out);
                unsent = false;
                writtenNanos = System.nanoTime();
                if (client.gone()) {
                    return;
                }
            }
        }
    }

    private void flush(OutputStream out) throws IOException {
        pending.writeTo(out);
        pending.reset();
        out.flush();
    }
}
