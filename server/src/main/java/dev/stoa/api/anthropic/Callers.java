package dev.stoa.api.anthropic;

import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** Who asks, by {@code x-api-key} or {@code Authorization: Bearer}. */
@Component
final class Callers {
    private static final String BEARER = "bearer ";

    private final Identity identity;

    Callers(Identity identity) {
        this.identity = identity;
    }

    /**
     * Tells who asks, and says so in the response's header.
     *
     * @throws StoaException AUTHENTICATION
     */
    Caller authenticate(HttpServletRequest request, HttpServletResponse response) {
        Caller caller = identity.authenticate(key(request));
        response.setHeader("anthropic-organization-id", caller.organizationId().toString());
        return caller;
    }

    private static String key(HttpServletRequest request) {
        String key = request.getHeader("x-api-key");
        if (key != null && !key.isBlank()) {
            return key.strip();
        }
        String authorization = request.getHeader("Authorization");
        if (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return authorization.substring(BEARER.length()).strip();
        }
        throw new StoaException(
                ErrorKind.AUTHENTICATION, "An API key is required, as x-api-key or as Authorization: Bearer.");
    }
}
