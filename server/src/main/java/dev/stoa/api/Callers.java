package dev.stoa.api;

import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.KeyScope;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Who asks, by {@code x-api-key} or {@code Authorization: Bearer}. */
@Component
public final class Callers {
    private static final String BEARER = "bearer ";

    private final Identity identity;

    Callers(Identity identity) {
        this.identity = identity;
    }

    /**
     * Tells who asks, and says so in the response.
     *
     * @param organizationHeader the protocol's own header for the organization's id
     * @throws StoaException AUTHENTICATION; PERMISSION if the key is not for inference
     */
    public Caller authenticate(HttpServletRequest request, HttpServletResponse response, String organizationHeader) {
        return authenticate(request, response, organizationHeader, KeyScope.INFERENCE);
    }

    /** The same, for another use of the key. */
    public Caller authenticate(
            HttpServletRequest request, HttpServletResponse response, String organizationHeader, KeyScope needed) {
        Caller caller = identity.authenticate(key(request), needed);
        response.setHeader(organizationHeader, caller.organizationId().toString());
        return caller;
    }

    /** @param secret with which the caller has shown who it is */
    public record Asker(Caller caller, String secret) {
        @Override
        public String toString() {
            return caller.toString();
        }
    }

    /** Who asks, by a key or by a browser's session, whatever either is for; empty if it is nobody. */
    public Optional<Asker> asker(HttpServletRequest request) {
        try {
            Optional<String> session = SessionCookie.token(request);
            if (request.getHeader("x-api-key") == null
                    && request.getHeader("Authorization") == null
                    && session.isPresent()) {
                return Optional.of(new Asker(identity.authenticateSession(session.get()), session.get()));
            }
            String key = key(request);
            return Optional.of(new Asker(identity.authenticate(key), key));
        } catch (StoaException e) {
            if (e.kind() == ErrorKind.AUTHENTICATION) {
                return Optional.empty();
            }
            throw e;
        }
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
