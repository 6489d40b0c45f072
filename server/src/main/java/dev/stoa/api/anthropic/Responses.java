package dev.stoa.api.anthropic;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes JSON responses, and checks methods. */
final class Responses {
    private static final JsonMapper JSON = new JsonMapper();

    private Responses() {}

    static void json(HttpServletResponse response, int status, ObjectNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    /** @throws StoaException METHOD_NOT_ALLOWED, with the header that names the right one set */
    static void requireMethod(HttpServletRequest request, HttpServletResponse response, String method) {
        if (!request.getMethod().equals(method)) {
            response.setHeader("Allow", method);
            throw new StoaException(
                    ErrorKind.METHOD_NOT_ALLOWED, "This path takes " + method + ", not " + request.getMethod() + ".");
        }
    }
}
