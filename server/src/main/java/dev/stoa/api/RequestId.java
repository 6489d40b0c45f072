package dev.stoa.api;

import jakarta.servlet.http.HttpServletRequest;

/** The name of the HTTP request in hand, {@code req_…}: the same in headers, errors, logs and ledger. */
public final class RequestId {
    static final String ATTRIBUTE = RequestId.class.getName();

    private RequestId() {}

    /** Names a request that did not come by HTTP, so that no filter did. */
    public static void set(HttpServletRequest request, String id) {
        request.setAttribute(ATTRIBUTE, id);
    }

    /** Set for every request by {@link RequestIdFilter}. */
    public static String of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof String id ? id : "req_unknown";
    }
}
