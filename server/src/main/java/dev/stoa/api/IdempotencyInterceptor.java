package dev.stoa.api;

import dev.stoa.idempotency.Claim;
import dev.stoa.idempotency.Idempotency;
import dev.stoa.idempotency.IdempotencyKey;
import dev.stoa.idempotency.KeptAnswer;
import dev.stoa.idempotency.SentRequest;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * What an {@code Idempotency-Key} means, for every POST of the developer API and the Admin API: the first request under
 * it runs, the same one again gets its answer, another one is refused. Only success is kept: a whole answer of a 2xx
 * status, or a stream that has come to its protocol's last event.
 */
@Component
final class IdempotencyInterceptor implements HandlerInterceptor {
    private static final String CLAIM = IdempotencyInterceptor.class.getName();
    private static final String REPLAYED = "idempotent-replayed";
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Pattern VISIBLE = Pattern.compile("[!-~]+( [!-~]+)*");
    private static final Logger log = LoggerFactory.getLogger(IdempotencyInterceptor.class);

    private record Held(IdempotencyKey key, Claim.Mine claim) {}

    private final Idempotency idempotency;
    private final Callers callers;

    IdempotencyInterceptor(Idempotency idempotency, Callers callers) {
        this.idempotency = idempotency;
        this.callers = callers;
    }

    @Override
    public boolean preHandle(HttpServletRequest http, HttpServletResponse response, Object handler) throws IOException {
        if (!(http instanceof IdempotentRequest request)) {
            return true;
        }
        Optional<Callers.Asker> asker = callers.asker(http);
        if (asker.isEmpty()) {
            // Whoever handles it says what is wrong.
            return true;
        }
        String key = key(http.getHeader(IdempotencyFilter.HEADER));
        IdempotencyKey named =
                new IdempotencyKey(asker.get().caller(), asker.get().secret(), key);
        return switch (idempotency.begin(named)) {
            case Claim.Mine mine -> {
                http.setAttribute(CLAIM, new Held(named, mine));
                yield true;
            }
            case Claim.Running _ ->
                throw new StoaException(
                        ErrorKind.CONFLICT, "The request under this Idempotency-Key still runs.", RETRY, null);
            case Claim.Answered(long bodyBytes) -> {
                replay(named, request, bodyBytes, response);
                yield false;
            }
        };
    }

    private String key(String header) {
        int most = idempotency.limits().keyLength();
        if (header.length() > most || !VISIBLE.matcher(header).matches()) {
            throw Fields.invalid(
                    IdempotencyFilter.HEADER, "must be a text of 1 to " + most + " visible ASCII characters");
        }
        return header;
    }

    private void replay(IdempotencyKey key, IdempotentRequest request, long bodyBytes, HttpServletResponse response)
            throws IOException {
        // A body that is longer is another one, however it goes on.
        var unused = request.readOn(bodyBytes);
        KeptAnswer answer;
        try {
            answer = idempotency.answer(key, sent(request));
        } catch (StoaException e) {
            // The same would come of it again.
            response.setHeader("x-should-retry", "false");
            throw e;
        }
        response.setStatus(answer.status());
        response.setContentType(answer.contentType());
        response.setHeader(REPLAYED, "true");
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }

    private static SentRequest sent(IdempotentRequest request) {
        return new SentRequest(request.target(), request.digest(), request.bytes());
    }

    @Override
    public void afterCompletion(
            HttpServletRequest http, HttpServletResponse response, Object handler, @Nullable Exception thrown) {
        if (!(http.getAttribute(CLAIM) instanceof Held held)
                || !(http instanceof IdempotentRequest request)
                || !(response instanceof RecordedResponse recorded)) {
            return;
        }
        try {
            if (thrown == null && succeeded(recorded) && request.readRest()) {
                byte[] body = recorded.tooLarge() ? null : recorded.body();
                String type = String.valueOf(recorded.getContentType());
                idempotency.keep(held.key(), held.claim(), sent(request), recorded.getStatus(), type, body);
            } else {
                idempotency.release(held.claim());
            }
        } catch (IOException _) {
            idempotency.release(held.claim());
        } catch (DataAccessException | TransactionException e) {
            // The lease is not renewed any more, and ends.
            log.warn("The answer under an Idempotency-Key was not kept: {}", e.getMessage());
        }
    }

    /** A client that has gone gets no answer, and a stream that it left has no end. */
    private static boolean succeeded(RecordedResponse recorded) {
        if (!recorded.success()) {
            return false;
        }
        return recorded.stream() ? recorded.ended() : recorded.tooLarge() || recorded.body().length > 0;
    }
}
