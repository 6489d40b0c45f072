package dev.stoa.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Takes OPTIONS like any other method that a route of an API doesn't take: 405, with the true list of those that it does.
 * Spring would answer for routes that check methods themselves, with a list of all there are. Other sites' scripts get no
 * leave here, so no browser needs an answer.
 */
@Component
final class OptionsFilter extends OncePerRequestFilter {
    private static final String METHOD = "OPTIONS";

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getRequestURI();
        return !METHOD.equals(request.getMethod()) || !(path.startsWith("/v1/") || path.startsWith("/api/"));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(new Unknown(request), response);
    }

    /** Methods are told apart by case, so this is one that nobody knows. */
    private static final class Unknown extends HttpServletRequestWrapper {
        private Unknown(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getMethod() {
            return METHOD.toLowerCase(Locale.ROOT);
        }
    }
}
