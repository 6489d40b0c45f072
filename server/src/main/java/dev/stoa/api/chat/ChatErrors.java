package dev.stoa.api.chat;

import dev.stoa.api.ErrorTranslator;
import dev.stoa.api.RequestId;
import dev.stoa.api.chat.Views.ErrorBody;
import dev.stoa.api.chat.Views.ErrorView;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** The error shape of this surface, for its own controllers only. */
@RestControllerAdvice(basePackageClasses = ChatErrors.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class ChatErrors {
    private static final Logger LOG = LoggerFactory.getLogger(ChatErrors.class);

    private final ChatJson json;

    ChatErrors(ChatJson json) {
        this.json = json;
    }

    @ExceptionHandler
    void known(StoaException e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Duration retryAfter = e.retryAfter();
        if (retryAfter == null && e.kind() == ErrorKind.OVERLOADED) {
            retryAfter = Duration.ofSeconds(1);
        }
        if (retryAfter != null && !response.isCommitted()) {
            long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
        write(e.kind(), Objects.requireNonNullElse(e.getMessage(), ""), request, response);
    }

    @ExceptionHandler
    void wrongType(MethodArgumentTypeMismatchException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        write(ErrorKind.INVALID_REQUEST, e.getName() + ": has a value of the wrong type", request, response);
    }

    @ExceptionHandler
    void malformedQuery(InvalidParameterException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        write(ErrorKind.INVALID_REQUEST, ErrorTranslator.MALFORMED_QUERY, request, response);
    }

    /** The client has gone: nobody reads an answer. */
    @ExceptionHandler
    void gone(IOException e) {
        LOG.debug("A client left: {}", e.getMessage());
    }

    @ExceptionHandler
    void unknown(Exception e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        LOG.error("{} failed", RequestId.of(request), e);
        write(ErrorKind.INTERNAL, "Something went wrong on the server.", request, response);
    }

    private void write(ErrorKind kind, String message, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.setStatus(kind.httpStatus());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        ErrorBody body = new ErrorBody(kind.name().toLowerCase(Locale.ROOT), message);
        response.getOutputStream().write(json.write(new ErrorView(body, RequestId.of(request))));
    }
}
