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

/**
 * Who asks, by {@code x-api-key} or {@code Authorization: Bearer}; for models also our own page, by a developer's session
 * and the header that no other site can send.
 */
@Component
public final class Callers {
    private static final String BEARER = "bearer ";

    private final Identity identity;
    private final BrowserSessions sessions;

    Callers(Identity identity, BrowserSessions sessions) {
        this.identity = identity;
        this.sessions = sessions;
    }

    /**
     * Tells who asks, and says so in the response.
     *
     * @param organizationHeader the protocol's own header for the organization's id
     * @throws StoaException AUTHENTICATION; PERMISSION if the key is not for inference, or the session not a developer's
     */
    public Caller authenticate(HttpServletRequest request, HttpServletResponse response, String organizationHeader) {
        if (!hasKey(request) && BrowserSessions.isOurPage(request)) {
            Caller caller = sessions.authenticate(request, KeyScope.INFERENCE);
            requireDeveloper(caller);
            response.setHeader(organizationHeader, caller.organizationId().toString());
            return caller;
        }
        return authenticate(request, response, organizationHeader, KeyScope.INFERENCE);
    }

    private void requireDeveloper(Caller caller) {
        if (!identity.member(caller).role().develops()) {
            throw new StoaException(ErrorKind.PERMISSION, "Your role is for the chat only.");
        }
    }

    private static boolean hasKey(HttpServletRequest request) {
        return request.getHeader("x-api-key") != null || request.getHeader("Authorization") != null;
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
            if (!hasKey(request) && session.isPresent()) {
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
