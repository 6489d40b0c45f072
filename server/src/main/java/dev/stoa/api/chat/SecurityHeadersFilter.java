package dev.stoa.api.chat;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * What every answer of this server tells browsers: run only our own scripts, show us in no frame, guess no types, tell
 * other sites nothing. Markdown from a model is shown in this page, so the policy is the second wall behind the
 * sanitizer: injected script does not run, and an image of another site, which could carry text out, is not fetched.
 */
@Component
class SecurityHeadersFilter extends OncePerRequestFilter {
    private static final String POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; "
            + "script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    /**
     * The page in which what a model made is looked at. It has no origin, so it reaches neither cookies nor this page; its
     * scripts run, but nothing is fetched, sent or submitted. Leaving it for another address is forbidden by the policy of
     * the page around it, which lets frames hold our own addresses only.
     */
    private static final String ARTIFACT_PATH = "/artifact-frame.html";

    private static final String ARTIFACT_POLICY =
            "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
                    + "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; "
                    + "frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader(
                "Content-Security-Policy", ARTIFACT_PATH.equals(request.getRequestURI()) ? ARTIFACT_POLICY : POLICY);
        response.setHeader("X-DNS-Prefetch-Control", "off");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (request.getRequestURI().startsWith("/api/")) {
            response.setHeader("Cache-Control", "no-store");
        }
        chain.doFilter(request, response);
    }
}
