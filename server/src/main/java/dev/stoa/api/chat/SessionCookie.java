package dev.stoa.api.chat;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.ResponseCookie;

/**
 * The cookie that holds a session's token. Scripts can't read it, other sites can't send it, and where the request came
 * by https it is not sent in clear. Behind a proxy that ends TLS, {@code server.forward-headers-strategy=native} makes
 * the server believe X-Forwarded-Proto.
 */
final class SessionCookie {
    static final String NAME = "stoa_session";

    private SessionCookie() {}

    static Optional<String> token(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return Optional.empty();
        }
        for (Cookie cookie : cookies) {
            if (cookie.getName().equals(NAME) && !cookie.getValue().isEmpty()) {
                return Optional.of(cookie.getValue());
            }
        }
        return Optional.empty();
    }

    static String set(HttpServletRequest request, String token, Duration age) {
        return ResponseCookie.from(NAME, token)
                .httpOnly(true)
                .sameSite("Strict")
                .secure(request.isSecure())
                .path("/")
                .maxAge(age)
                .build()
                .toString();
    }

    static String clear(HttpServletRequest request) {
        return set(request, "", Duration.ZERO);
    }
}
