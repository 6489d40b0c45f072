package dev.stoa.api;

import dev.stoa.shared.Ids;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Names every request, before anything else sees it: as an attribute, as a header, in the logs. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestIdFilter extends OncePerRequestFilter {
    /** Anthropic's clients read the one, OpenAI's the other. */
    private static final List<String> HEADERS = List.of("request-id", "x-request-id");

    private static final String LOG_KEY = "request_id";

    private final Ids ids;

    RequestIdFilter(Ids ids) {
        this.ids = ids;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = ids.request();
        request.setAttribute(RequestId.ATTRIBUTE, id);
        HEADERS.forEach(header -> response.setHeader(header, id));
        try (MDC.MDCCloseable _ = MDC.putCloseable(LOG_KEY, id)) {
            chain.doFilter(request, response);
        }
    }
}
