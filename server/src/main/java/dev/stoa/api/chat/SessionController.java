package dev.stoa.api.chat;

import dev.stoa.api.BrowserSessions;
import dev.stoa.api.SessionCookie;
import dev.stoa.api.chat.Views.PlaceView;
import dev.stoa.api.chat.Views.ProviderView;
import dev.stoa.api.chat.Views.SessionView;
import dev.stoa.api.chat.Views.SignInView;
import dev.stoa.identity.Accounts;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Device;
import dev.stoa.identity.Identity;
import dev.stoa.identity.Passkeys;
import dev.stoa.identity.SignedIn;
import dev.stoa.identity.SingleSignOn;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
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
    private final Accounts accounts;
    private final Passkeys passkeys;
    private final SingleSignOn signOn;
    private final ChatJson json;

    SessionController(Identity identity, Accounts accounts, Passkeys passkeys, SingleSignOn signOn, ChatJson json) {
        this.identity = identity;
        this.accounts = accounts;
        this.passkeys = passkeys;
        this.signOn = signOn;
        this.json = json;
    }

    /** What the page asks of a visitor: whether this server waits for its operator, and where passkeys work. */
    @GetMapping("/options")
    SignInView options(HttpServletRequest request) {
        return new SignInView(
                accounts.needsSetUp(),
                passkeys.origin(request.getLocalPort()),
                signOn.name().map(ProviderView::new).orElse(null));
    }

    @PostMapping
    ResponseEntity<SessionView> signIn(HttpServletRequest request) {
        // Else another site could sign a visitor in as somebody else.
        BrowserSessions.requireSameOrigin(request);
        Bodies.SignIn body = json.read(request, Bodies.SignIn.class);
        Device device = Devices.of(request);
        if (body.key() != null) {
            if (body.email() != null || body.password() != null) {
                throw new StoaException(ErrorKind.INVALID_REQUEST, "key: can't go with email and password");
            }
            return opened(request, identity.signIn(body.key().strip(), device));
        }
        return opened(
                request,
                accounts.signIn(Bodies.need("email", body.email()), Bodies.need("password", body.password()), device));
    }

    /** The first password of a key's member. */
    @PostMapping("/setup")
    ResponseEntity<SessionView> setUp(HttpServletRequest request) {
        BrowserSessions.requireSameOrigin(request);
        Bodies.SetUp body = json.read(request, Bodies.SetUp.class);
        return opened(
                request,
                accounts.setUp(
                        Bodies.need("key", body.key()).strip(),
                        Bodies.need("name", body.name()),
                        Bodies.need("email", body.email()),
                        Bodies.need("password", body.password()),
                        Devices.of(request)));
    }

    static ResponseEntity<SessionView> opened(HttpServletRequest request, SignedIn signedIn) {
        return answer(
                SessionCookie.set(request, signedIn.token(), Identity.SESSION_IDLE), SessionView.of(signedIn.member()));
    }

    /** Also gives the cookie anew, so that a browser in use stays signed in. */
    @GetMapping
    ResponseEntity<SessionView> session(Caller caller, HttpServletRequest request) {
        SessionView view = SessionView.of(identity.member(caller));
        boolean byKey = request.getHeader(HttpHeaders.AUTHORIZATION) != null;
        return SessionCookie.token(request)
                .filter(token -> !byKey)
                .map(token -> answer(SessionCookie.set(request, token, Identity.SESSION_IDLE), view))
                .orElseGet(() -> ResponseEntity.ok(view));
    }

    /** Says where to go on where the provider is to be signed out of, too. */
    @DeleteMapping
    ResponseEntity<PlaceView> signOut(Caller caller, HttpServletRequest request) {
        Optional<String> token = SessionCookie.token(request);
        Optional<URI> next = token.flatMap(each -> signOn.afterSignOut(each, request.getLocalPort()));
        token.ifPresent(identity::signOut);
        return ResponseEntity.status(next.isPresent() ? HttpStatus.OK : HttpStatus.NO_CONTENT)
                .header(HttpHeaders.SET_COOKIE, SessionCookie.clear(request))
                .body(next.map(place -> new PlaceView(place.toString())).orElse(null));
    }

    private static ResponseEntity<SessionView> answer(String cookie, SessionView view) {
        return ResponseEntity.ok().header(HttpHeaders.SET_COOKIE, cookie).body(view);
    }
}
