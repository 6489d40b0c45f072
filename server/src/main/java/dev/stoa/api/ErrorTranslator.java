package dev.stoa.api;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.web.bind.annotation.ExceptionHandler;

/**
 * What every protocol does with whatever a controller throws; the protocol's own advice extends it and writes the error
 * in its words. Faults of ours say nothing of us.
 */
public abstract class ErrorTranslator {
    /** A database that restarts is back in seconds. */
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(5);

    /** PostgreSQL's state where text holds U+0000. */
    private static final String CHARACTER_NOT_IN_REPERTOIRE = "22021";

    /** What there is to say about a query that can't be read. */
    public static final String MALFORMED_QUERY = "The query of the address is not well-formed.";

    private final Logger log = LoggerFactory.getLogger(getClass());

    /** Writes the body and status of an error; headers that are common to all protocols are set. */
    protected abstract void write(StoaException error, HttpServletRequest request, HttpServletResponse response)
            throws IOException;

    @ExceptionHandler
    void refused(StoaException e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (e.kind() == ErrorKind.INTERNAL) {
            log.error("Request {} failed", RequestId.of(request), e);
        }
        answer(e, request, response);
    }

    /** The query can't be read: found when it is first asked for a parameter. */
    @ExceptionHandler
    void malformedQuery(InvalidParameterException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        answer(new StoaException(ErrorKind.INVALID_REQUEST, MALFORMED_QUERY, null, e), request, response);
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
        answer(new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.", null, e), request, response);
    }

    @ExceptionHandler
    void databaseAway(DataAccessException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (e instanceof DataIntegrityViolationException) {
            refusedByDatabase(e, request, response);
            return;
        }
        log.warn("Request {} found no database: {}", RequestId.of(request), e.getMessage());
        String message = "The server can't reach its database; try again soon.";
        answer(new StoaException(ErrorKind.OVERLOADED, message, DATABASE_RETRY, e), request, response);
    }

    /** The database is there and takes this not: a text that it can't keep is the caller's fault, all else is ours. */
    private void refusedByDatabase(DataAccessException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        boolean unstorable = e.getMostSpecificCause() instanceof SQLException cause
                && CHARACTER_NOT_IN_REPERTOIRE.equals(cause.getSQLState());
        if (unstorable) {
            String message = "Text of a request must not contain the character U+0000.";
            answer(new StoaException(ErrorKind.INVALID_REQUEST, message, null, e), request, response);
        } else {
            failed(e, request, response);
        }
    }

    @ExceptionHandler
    void failed(Exception e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        log.error("Request {} failed", RequestId.of(request), e);
        answer(new StoaException(ErrorKind.INTERNAL, "The server failed on this request.", null, e), request, response);
    }

    private void answer(StoaException error, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (response.isCommitted()) {
            // An answer without its rest must not look whole: what leaves here unhandled breaks the connection.
            throw error;
        }
        Responses.retryAfter(response, error);
        response.resetBuffer();
        write(error, request, response);
    }
}
