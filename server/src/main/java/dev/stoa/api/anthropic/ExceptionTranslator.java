package dev.stoa.api.anthropic;

import dev.stoa.api.RequestId;
import dev.stoa.api.Responses;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

/**
 * Turns whatever a controller of this surface, or of the Admin API, throws into the protocol's error; faults of ours say
 * nothing of us.
 */
@ControllerAdvice(basePackages = {"dev.stoa.api.anthropic", "dev.stoa.api.admin"})
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ExceptionTranslator {
    /** A database that restarts is back in seconds. */
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(ExceptionTranslator.class);

    @ExceptionHandler
    void refused(StoaException e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (e.kind() == ErrorKind.INTERNAL) {
            log.error("Request {} failed", RequestId.of(request), e);
        }
        Responses.retryAfter(response, e);
        write(e.kind(), String.valueOf(e.getMessage()), request, response);
    }

    /** The client broke off: there is nobody to answer. */
    @ExceptionHandler
    void gone(IOException e, HttpServletRequest request) {
        log.debug("The client of request {} has gone: {}", RequestId.of(request), e.toString());
    }

    @ExceptionHandler
    void interrupted(InterruptedException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Thread.currentThread().interrupt();
        write(ErrorKind.OVERLOADED, "The server is shutting down.", request, response);
    }

    @ExceptionHandler
    void databaseAway(DataAccessException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        log.warn("Request {} found no database: {}", RequestId.of(request), e.getMessage());
        refused(
                new StoaException(
                        ErrorKind.OVERLOADED,
                        "The server can't reach its database; try again soon.",
                        DATABASE_RETRY,
                        e),
                request,
                response);
    }

    @ExceptionHandler
    void failed(Exception e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        log.error("Request {} failed", RequestId.of(request), e);
        write(ErrorKind.INTERNAL, "The server failed on this request.", request, response);
    }

    private static void write(ErrorKind kind, String message, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (!response.isCommitted()) {
            response.resetBuffer();
            Responses.json(response, kind.httpStatus(), Errors.body(kind, message, RequestId.of(request)));
        }
    }
}
