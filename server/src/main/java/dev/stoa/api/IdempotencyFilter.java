package dev.stoa.api;

import dev.stoa.idempotency.IdempotencyLimits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Puts a request that comes with an {@code Idempotency-Key} between a digest of its body and a record of its answer. What
 * they are for is {@link IdempotencyInterceptor}'s, whose errors are told in the words of the path's protocol.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
public final class IdempotencyFilter extends OncePerRequestFilter {
    static final String HEADER = "Idempotency-Key";
    private static final String PATHS = "/v1/";

    private final IdempotencyLimits limits;

    IdempotencyFilter(IdempotencyLimits limits) {
        this.limits = limits;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST")
                || request.getHeader(HEADER) == null
                || !request.getRequestURI().startsWith(PATHS);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        IdempotentRequest digested = new IdempotentRequest(request);
        RecordedResponse recorded =
                new RecordedResponse(response, digested, (int) limits.answer().toBytes());
        chain.doFilter(digested, recorded);
        recorded.send();
    }
}
