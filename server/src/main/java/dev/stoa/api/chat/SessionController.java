package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.SessionView;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.SignedIn;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Signing in and out. */
@RestController
@RequestMapping("/api/session")
class SessionController {
    private final Identity identity;
    private final ChatJson json;

    SessionController(Identity identity, ChatJson json) {
        this.identity = identity;
        this.json = json;
    }

    @PostMapping
    ResponseEntity<SessionView> signIn(HttpServletRequest request) {
        // Else another site could sign a visitor in as somebody else.
        ChatCallers.requireSameOrigin(request);
        String key = Bodies.need("key", json.read(request, Bodies.SignIn.class).key());
        SignedIn signedIn = identity.signIn(key.strip(), request.getRemoteAddr());
        return answer(
                SessionCookie.set(request, signedIn.token(), Identity.SESSION_IDLE),
                new SessionView(signedIn.member()));
    }

    /** Also gives the cookie anew, so that a browser in use stays signed in. */
    @GetMapping
    ResponseEntity<SessionView> session(Caller caller, HttpServletRequest request) {
        SessionView view = new SessionView(identity.member(caller));
        boolean byKey = request.getHeader(HttpHeaders.AUTHORIZATION) != null;
        return SessionCookie.token(request)
                .filter(token -> !byKey)
                .map(token -> answer(SessionCookie.set(request, token, Identity.SESSION_IDLE), view))
                .orElseGet(() -> ResponseEntity.ok(view));
    }

    @DeleteMapping
    ResponseEntity<Void> signOut(Caller caller, HttpServletRequest request) {
        SessionCookie.token(request).ifPresent(identity::signOut);
        return ResponseEntity.noContent()
                .header(HttpHeaders.SET_COOKIE, SessionCookie.clear(request))
                .build();
    }

    private static ResponseEntity<SessionView> answer(String cookie, SessionView view) {
        return ResponseEntity.ok().header(HttpHeaders.SET_COOKIE, cookie).body(view);
    }
}
