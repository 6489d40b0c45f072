package dev.stoa.api.openai;

import dev.stoa.api.ErrorTranslator;
import dev.stoa.api.Responses;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.ControllerAdvice;

/** Turns whatever a controller of this surface throws into the protocol's error. */
@ControllerAdvice(basePackageClasses = ChatController.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ExceptionTranslator extends ErrorTranslator {
    @Override
    protected void write(StoaException error, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (error.kind() == ErrorKind.BILLING) {
            // The status is that of a rate limit; a budget is not refilled by trying again.
            response.setHeader("x-should-retry", "false");
        }
        Responses.json(
                response,
                Errors.status(error.kind()),
                Errors.body(error.kind(), String.valueOf(error.getMessage()), error.param()));
    }
}
