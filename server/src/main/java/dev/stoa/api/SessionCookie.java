package dev.stoa.api;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.ResponseCookie;

/**
 * The cookie that holds a session's token. Scripts can't read it, other sites can't send it, and where the request came
 * by https it is not sent in clear and has the prefix {@code __Host-}, so that neither plain http nor a neighbouring
 * subdomain can plant one. Behind a proxy that ends TLS, {@code server.forward-headers-strategy=native} makes the server
 * believe X-Forwarded-Proto.
 */
public final class SessionCookie {
    private static final String NAME = "stoa_session";
    private static final String SECURE_NAME = "__Host-" + NAME;

    private SessionCookie() {}

    /** Of a person on the way to the single sign-on provider and back. */
    private static final String STATE_NAME = "stoa_sign_on";

    private static final Duration STATE_AGE = Duration.ofMinutes(30);

    private static String name(HttpServletRequest request) {
        return request.isSecure() ? SECURE_NAME : NAME;
    }

    public static Optional<String> token(HttpServletRequest request) {
        return value(request, name(request));
    }

    private static Optional<String> value(HttpServletRequest request, String name) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return Optional.empty();
        }
        for (Cookie cookie : cookies) {
            if (cookie.getName().equals(name) && !cookie.getValue().isEmpty()) {
                return Optional.of(cookie.getValue());
            }
        }
        return Optional.empty();
    }

    public static String set(HttpServletRequest request, String token, Duration age) {
        return ResponseCookie.from(name(request), token)
                .httpOnly(true)
                .sameSite("Strict")
                .secure(request.isSecure())
                .path("/")
                .maxAge(age)
                .build()
                .toString();
    }

    public static String clear(HttpServletRequest request) {
        return set(request, "", Duration.ZERO);
    }

    /** What {@link #setState} has set. */
    public static Optional<String> state(HttpServletRequest request) {
        return value(request, STATE_NAME);
    }

    /** Lax, as it is another site that sends the browser back. */
    public static String setState(HttpServletRequest request, String state, String path) {
        return state(request, state, path, STATE_AGE);
    }

    public static String clearState(HttpServletRequest request, String path) {
        return state(request, "", path, Duration.ZERO);
    }

    private static String state(HttpServletRequest request, String state, String path, Duration age) {
        return ResponseCookie.from(STATE_NAME, state)
                .httpOnly(true)
                .sameSite("Lax")
                .secure(request.isSecure())
                .path(path)
                .maxAge(age)
                .build()
                .toString();
    }
}
