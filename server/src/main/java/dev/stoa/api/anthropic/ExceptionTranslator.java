package dev.stoa.api.anthropic;

import dev.stoa.api.ErrorTranslator;
import dev.stoa.api.RequestId;
import dev.stoa.api.Responses;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.ControllerAdvice;

/** Turns whatever a controller of this surface, or of the Admin API, throws into the protocol's error. */
@ControllerAdvice(basePackages = {"dev.stoa.api.anthropic", "dev.stoa.api.admin"})
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ExceptionTranslator extends ErrorTranslator {
    @Override
    protected void write(StoaException error, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Responses.json(response, error.kind().httpStatus(), Errors.body(error, RequestId.of(request)));
    }
}
