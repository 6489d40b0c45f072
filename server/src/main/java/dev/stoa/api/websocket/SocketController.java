package dev.stoa.api.websocket;

import dev.stoa.api.BrowserSessions;
import dev.stoa.api.Callers;
import dev.stoa.api.Responses;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** {@code GET /v1/ws}, where a connection begins, and {@code GET /asyncapi.yaml}, what can be said over it. */
@Controller
final class SocketController {
    private static final String ORGANIZATION_HEADER = "openai-organization";

    private final Callers callers;
    private final Sockets sockets;

    SocketController(Callers callers, Sockets sockets) {
        this.callers = callers;
        this.sockets = sockets;
    }

    /** The key is checked here, and again for every request of the connection. */
    @RequestMapping("/v1/ws")
    void open(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Responses.requireMethod(http, response, "GET");
        BrowserSessions.requireSameOrigin(http);
        callers.authenticate(http, response, ORGANIZATION_HEADER);
        if (!"websocket".equalsIgnoreCase(http.getHeader("upgrade"))) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "This path is for WebSockets: send Upgrade: websocket.");
        }
        sockets.open(http, response);
    }

    @GetMapping("/asyncapi.yaml")
    void describe(HttpServletResponse response) throws IOException {
        byte[] document = new ClassPathResource("asyncapi.yaml").getContentAsByteArray();
        response.setContentType("application/yaml");
        response.setContentLength(document.length);
        response.getOutputStream().write(document);
    }
}
