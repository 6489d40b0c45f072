package dev.stoa.api.anthropic;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Errors in the protocol's shape. */
final class Errors {
    private static final JsonMapper JSON = new JsonMapper();

    private Errors() {}

    static String type(ErrorKind kind) {
        return switch (kind) {
            case INVALID_REQUEST, METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE, UNPROCESSABLE -> "invalid_request_error";
            case AUTHENTICATION -> "authentication_error";
            case BILLING -> "billing_error";
            case PERMISSION -> "permission_error";
            case NOT_FOUND -> "not_found_error";
            case CONFLICT -> "conflict_error";
            case TOO_LARGE -> "request_too_large";
            case RATE_LIMITED -> "rate_limit_error";
            case INTERNAL, UNAVAILABLE -> "api_error";
            case TIMEOUT -> "timeout_error";
            case OVERLOADED -> "overloaded_error";
        };
    }

    /** The field that asks for a conversation to be held. */
    static final String THREAD = "thread";

    /**
     * The body of an error response. The vendor's clients ask for threads by themselves and go on without where an error
     * says in this way that there are none.
     */
    static ObjectNode body(StoaException error, String requestId) {
        ObjectNode body = body(error.kind(), String.valueOf(error.getMessage()), requestId);
        if (THREAD.equals(error.param())) {
            body.withObjectProperty("error")
                    .putObject("details")
                    .put("error_code", "thread_unsupported_request")
                    .putArray("unsupported")
                    .add(THREAD);
        }
        return body;
    }

    /** The body of an error response, and the data of an {@code error} event. */
    static ObjectNode body(ErrorKind kind, String message, String requestId) {
        ObjectNode body = JSON.createObjectNode().put("type", "error");
        body.putObject("error").put("type", type(kind)).put("message", message);
        return body.put("request_id", requestId);
    }
}
