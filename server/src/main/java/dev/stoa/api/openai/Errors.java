package dev.stoa.api.openai;

import dev.stoa.shared.ErrorKind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Errors in the protocol's shape, with the statuses that its clients know. */
final class Errors {
    private static final int INSUFFICIENT_QUOTA = 429;
    private static final int OVERLOADED = 503;
    private static final JsonMapper JSON = new JsonMapper();

    private Errors() {}

    /** The status; the protocol has its own for an empty account and for a busy server. */
    static int status(ErrorKind kind) {
        return switch (kind) {
            case BILLING -> INSUFFICIENT_QUOTA;
            case OVERLOADED -> OVERLOADED;
            default -> kind.httpStatus();
        };
    }

    private static String type(ErrorKind kind) {
        return switch (kind) {
            case INVALID_REQUEST,
                    AUTHENTICATION,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    CONFLICT,
                    TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE,
                    UNPROCESSABLE -> "invalid_request_error";
            case BILLING -> "insufficient_quota";
            case PERMISSION -> "permission_error";
            case RATE_LIMITED -> "rate_limit_error";
            case TIMEOUT -> "timeout";
            case INTERNAL -> "server_error";
            case OVERLOADED, UNAVAILABLE -> "service_unavailable";
        };
    }

    private static @Nullable String code(ErrorKind kind, @Nullable String param) {
        return switch (kind) {
            case AUTHENTICATION -> "invalid_api_key";
            case BILLING -> "insufficient_quota";
            case INVALID_REQUEST -> ResponsesDecoder.PREVIOUS.equals(param) ? "previous_response_not_found" : null;
            case NOT_FOUND -> "model".equals(param) ? "model_not_found" : null;
            case RATE_LIMITED -> "rate_limit_exceeded";
            default -> null;
        };
    }

    /** The body of an error response, and the data of an event that ends a stream. */
    static ObjectNode body(ErrorKind kind, String message, @Nullable String param) {
        ObjectNode body = JSON.createObjectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", type(kind))
                .put("param", param)
                .put("code", code(kind, param));
        return body;
    }
}
