package dev.stoa.api;

import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.KeyScope;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Who asks, by the session's cookie.
 *
 * <p>A browser sends cookies unasked, so a write must prove that our own page made it: by the header {@code
 * X-Stoa-Client}, which a form can't set and another site's script only with our leave (never given), and by where the
 * browser says that it came from.
 */
@Component
public final class BrowserSessions {
    private static final String CLIENT_HEADER = "X-Stoa-Client";
    private static final String CLIENT = "web";
    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

    private final Identity identity;

    BrowserSessions(Identity identity) {
        this.identity = identity;
    }

    /**
     * @param needed what the session is used for
     * @throws StoaException AUTHENTICATION if there is no session; PERMISSION if another site asks, or the session was
     *     opened by a key that is not for this
     */
    public Caller authenticate(HttpServletRequest request, KeyScope needed) {
        String token = SessionCookie.token(request)
                .orElseThrow(() -> new StoaException(ErrorKind.AUTHENTICATION, "You are not signed in."));
        Caller caller = identity.authenticateSession(token, needed);
        if (!READS.contains(request.getMethod())) {
            if (!isOurPage(request)) {
                throw new StoaException(
                        ErrorKind.PERMISSION, "A write with the session's cookie needs the header X-Stoa-Client: web.");
            }
            requireSameOrigin(request);
        }
        return caller;
    }

    /** Whether a request carries the header that only our own page can send. */
    static boolean isOurPage(HttpServletRequest request) {
        return CLIENT.equals(request.getHeader(CLIENT_HEADER));
    }

    /** @throws StoaException PERMISSION if the browser says that another site made this request */
    public static void requireSameOrigin(HttpServletRequest request) {
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
