package dev.stoa.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.stream.Stream;

/** Parameters of a request's query. What is not as it must be is INVALID_REQUEST and names the parameter. */
public final class Query {
    private Query() {}

    /** The {@code limit}, the length of a page. @throws StoaException INVALID_REQUEST */
    public static int limit(HttpServletRequest request, int otherwise, int max) {
        String text = request.getParameter("limit");
        if (text == null) {
            return otherwise;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= max) {
                return limit;
            }
        } catch (NumberFormatException _) {
            // Answered below, as a number out of range.
        }
        throw Fields.invalid("limit", "must be a whole number between 1 and " + max);
    }

    /** True or false, and false where it is absent. @throws StoaException INVALID_REQUEST */
    public static boolean flag(HttpServletRequest request, String parameter) {
        return switch (request.getParameter(parameter)) {
            case null -> false;
            case "true" -> true;
            case "false" -> false;
            default -> throw Fields.invalid(parameter, "must be true or false");
        };
    }

    /** All values of a list: the vendors' clients write its name with and without brackets. */
    public static Stream<String> values(HttpServletRequest request, String parameter) {
        return Stream.of(parameter, parameter + "[]")
                .map(request::getParameterValues)
                .filter(values -> values != null)
                .flatMap(Stream::of);
    }
}
