package dev.stoa.api.chat;

import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Gives this surface's controllers their {@link Caller}: by the key of {@code Authorization: Bearer} where there is one,
 * else by the session's cookie.
 *
 * <p>A browser sends cookies unasked, so a write that has only a cookie must prove that our own page made it: by the
 * header {@code X-Stoa-Client}, which a form can't set and another site's script only with our leave (never given), and
 * by where the browser says that it came from.
 */
@Component
class ChatCallers implements HandlerMethodArgumentResolver {
    private static final String BEARER = "bearer ";
    private static final String CLIENT_HEADER = "X-Stoa-Client";
    private static final String CLIENT = "web";
    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

    private final Identity identity;

    ChatCallers(Identity identity) {
        this.identity = identity;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        // Other surfaces authenticate in their own protocol's way.
        return parameter.getParameterType() == Caller.class
                && parameter.getContainingClass().getPackage() == ChatCallers.class.getPackage();
    }

    @Override
    public Caller resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest webRequest,
            @Nullable WebDataBinderFactory binderFactory) {
        HttpServletRequest request = webRequest.getNativeRequest(HttpServletRequest.class);
        if (request == null) {
            throw new IllegalStateException("not a servlet request");
        }
        return caller(request);
    }

    private Caller caller(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            if (!authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
                throw new StoaException(ErrorKind.AUTHENTICATION, "Send the key as: Authorization: Bearer sk-stoa-…");
            }
            return identity.authenticate(
                    authorization.substring(BEARER.length()).strip());
        }
        String token = SessionCookie.token(request)
                .orElseThrow(() -> new StoaException(ErrorKind.AUTHENTICATION, "You are not signed in."));
        Caller caller = identity.authenticateSession(token);
        if (!READS.contains(request.getMethod())) {
            if (!CLIENT.equals(request.getHeader(CLIENT_HEADER))) {
                throw new StoaException(
                        ErrorKind.PERMISSION, "A write with the session's cookie needs the header X-Stoa-Client: web.");
            }
            requireSameOrigin(request);
        }
        return caller;
    }

    /** @throws StoaException PERMISSION if the browser says that another site made this request */
    static void requireSameOrigin(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            if (!site.equals("same-origin") && !site.equals("none")) {
                throw crossSite();
            }
            return;
        }
        // Browsers before Sec-Fetch-Site; programs send neither.
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && !authority(origin).equalsIgnoreCase(authority(request))) {
            throw crossSite();
        }
    }

    private static String authority(String origin) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String authority(HttpServletRequest request) {
        int port = request.getServerPort();
        boolean usual = port == (request.isSecure() ? 443 : 80);
        return usual ? request.getServerName() : request.getServerName() + ":" + port;
    }

    private static StoaException crossSite() {
        return new StoaException(ErrorKind.PERMISSION, "Another site may not make this request.");
    }
}
