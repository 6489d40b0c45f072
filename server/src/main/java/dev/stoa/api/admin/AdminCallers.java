package dev.stoa.api.admin;

import dev.stoa.api.BrowserSessions;
import dev.stoa.api.Callers;
import dev.stoa.api.Fields;
import dev.stoa.api.JsonBody;
import dev.stoa.api.SessionCookie;
import dev.stoa.identity.Caller;
import dev.stoa.identity.KeyScope;
import dev.stoa.identity.People;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Lets administrators in, and developers to what is theirs, by a key or by their browser's session, and reads what they send. */
@Component
final class AdminCallers {
    private static final String ORGANIZATION_HEADER = "anthropic-organization-id";

    private final Callers callers;
    private final BrowserSessions sessions;
    private final People people;
    private final JsonBody body;

    AdminCallers(Callers callers, BrowserSessions sessions, People people, Limits limits) {
        this.callers = callers;
        this.sessions = sessions;
        this.people = people;
        this.body = new JsonBody(limits);
    }

    /**
     * @param methods the methods that this path takes
     * @throws StoaException METHOD_NOT_ALLOWED, AUTHENTICATION, PERMISSION
     */
    Caller begin(HttpServletRequest request, HttpServletResponse response, String... methods) {
        Caller caller = authenticate(request, response, methods);
        people.requireAdministrator(caller);
        return caller;
    }

    /**
     * The same for what developers may see and do as well, of their own.
     *
     * @throws StoaException METHOD_NOT_ALLOWED, AUTHENTICATION, PERMISSION
     */
    Reach beginOwn(HttpServletRequest request, HttpServletResponse response, String... methods) {
        Caller caller = authenticate(request, response, methods);
        return new Reach(caller, people.administersOrDevelops(caller));
    }

    /** The same without a look at the role, for what looks at it itself. */
    Caller beginMember(HttpServletRequest request, HttpServletResponse response, String... methods) {
        return authenticate(request, response, methods);
    }

    /** @param everything of the organization; otherwise only what is the caller's own */
    record Reach(Caller caller, boolean everything) {
        boolean covers(UUID member) {
            return everything || caller.memberId().equals(member);
        }
    }

    private Caller authenticate(HttpServletRequest request, HttpServletResponse response, String... methods) {
        if (!List.of(methods).contains(request.getMethod())) {
            String allowed = String.join(", ", methods);
            response.setHeader("Allow", allowed);
            throw new StoaException(
                    ErrorKind.METHOD_NOT_ALLOWED, "This path takes " + allowed + ", not " + request.getMethod() + ".");
        }
        Caller caller;
        if (hasKey(request) || SessionCookie.token(request).isEmpty()) {
            caller = callers.authenticate(request, response, ORGANIZATION_HEADER, KeyScope.ADMIN);
        } else {
            caller = sessions.authenticate(request, KeyScope.ADMIN);
            response.setHeader(ORGANIZATION_HEADER, caller.organizationId().toString());
        }
        return caller;
    }

    private static boolean hasKey(HttpServletRequest request) {
        return request.getHeader("x-api-key") != null || request.getHeader("Authorization") != null;
    }

    Fields read(HttpServletRequest request) throws IOException {
        return Fields.of(body.read(request), "");
    }
}
