package dev.stoa.api.websocket;

import dev.stoa.api.ErrorTranslator;
import dev.stoa.api.Responses;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.ControllerAdvice;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Why a connection did not begin, in the form of an {@code error} message. */
@ControllerAdvice(basePackageClasses = SocketController.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ExceptionTranslator extends ErrorTranslator {
    private static final JsonMapper JSON = new JsonMapper();

    @Override
    protected void write(StoaException error, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        ObjectNode body = JSON.createObjectNode().put("type", "error");
        body.putObject("error")
                .put("type", error.kind().name().toLowerCase(Locale.ROOT))
                .put("param", error.param())
                .put("message", error.getMessage());
        Responses.json(response, error.kind().httpStatus(), body);
    }
}
