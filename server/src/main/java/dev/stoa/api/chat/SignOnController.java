package dev.stoa.api.chat;

import dev.stoa.api.BrowserSessions;
import dev.stoa.api.SessionCookie;
import dev.stoa.api.chat.Views.PlaceView;
import dev.stoa.api.chat.Views.SignOnsView;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.SignOnRefused;
import dev.stoa.identity.SignedIn;
import dev.stoa.identity.SingleSignOn;
import dev.stoa.identity.SingleSignOn.Departure;
import dev.stoa.identity.SingleSignOn.Return;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Single sign-on. The page asks where to go and goes there; the provider sends the browser to the callback, which sends it
 * to the page, signed in or with a word for what was wrong.
 */
@RestController
@RequestMapping("/api")
class SignOnController {
    private static final String CALLBACK = "/api/session/sign-on/callback";

    private final SingleSignOn signOn;
    private final ChatJson json;

    SignOnController(SingleSignOn signOn, ChatJson json) {
        this.signOn = signOn;
        this.json = json;
    }

    @PostMapping("/session/sign-on")
    ResponseEntity<PlaceView> begin(HttpServletRequest request) {
        BrowserSessions.requireSameOrigin(request);
        Bodies.SignOnBegin body = json.read(request, Bodies.SignOnBegin.class);
        return departure(request, signOn.begin(body.link(), Devices.of(request), request.getLocalPort(), CALLBACK));
    }

    @PostMapping("/account/sign-ons")
    ResponseEntity<PlaceView> link(Caller caller, HttpServletRequest request) {
        return departure(request, signOn.beginLink(caller, Devices.of(request), request.getLocalPort(), CALLBACK));
    }

    private static ResponseEntity<PlaceView> departure(HttpServletRequest request, Departure departure) {
        return ResponseEntity.ok()
                .header(HttpHeaders.SET_COOKIE, SessionCookie.setState(request, departure.state(), CALLBACK))
                .body(new PlaceView(departure.location().toString()));
    }

    @GetMapping("/session/sign-on/callback")
    ResponseEntity<Void> callback(
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String code,
            @RequestParam(required = false) @Nullable String iss,
            HttpServletRequest request) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(HttpStatus.FOUND)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.SET_COOKIE, SessionCookie.clearState(request, CALLBACK));
        try {
            Return back = signOn.finish(
                    state,
                    SessionCookie.state(request).orElse(null),
                    code,
                    iss,
                    Devices.of(request),
                    request.getLocalPort(),
                    CALLBACK);
            SignedIn signedIn = back.signedIn();
            if (signedIn == null) {
                return answer.location(URI.create("/#/sign-on/linked")).build();
            }
            return answer.header(
                            HttpHeaders.SET_COOKIE, SessionCookie.set(request, signedIn.token(), Identity.SESSION_IDLE))
                    .location(URI.create("/"))
                    .build();
        } catch (SignOnRefused e) {
            return answer.location(URI.create("/#/sign-on/" + e.reason().label()))
                    .build();
        }
    }

    @GetMapping("/account/sign-ons")
    SignOnsView list(Caller caller) {
        return new SignOnsView(signOn.list(caller));
    }

    @DeleteMapping("/account/sign-ons/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable UUID id) {
        signOn.remove(caller, id);
    }
}
