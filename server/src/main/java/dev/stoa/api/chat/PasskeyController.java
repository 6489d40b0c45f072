package dev.stoa.api.chat;

import dev.stoa.api.BrowserSessions;
import dev.stoa.api.chat.Views.PasskeysView;
import dev.stoa.api.chat.Views.PublicKeyView;
import dev.stoa.api.chat.Views.SessionView;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Passkey;
import dev.stoa.identity.Passkeys;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Passkeys: signing in with one, and those of one's account. What browsers read and write is in WebAuthn's own JSON. */
@RestController
@RequestMapping("/api")
class PasskeyController {
    private final Passkeys passkeys;
    private final ChatJson json;

    PasskeyController(Passkeys passkeys, ChatJson json) {
        this.passkeys = passkeys;
        this.json = json;
    }

    @PostMapping("/session/passkey/options")
    PublicKeyView beginSignIn(HttpServletRequest request) {
        BrowserSessions.requireSameOrigin(request);
        return new PublicKeyView(passkeys.beginSignIn(Devices.of(request), request.getLocalPort()));
    }

    @PostMapping("/session/passkey")
    ResponseEntity<SessionView> signIn(HttpServletRequest request) {
        BrowserSessions.requireSameOrigin(request);
        Bodies.PasskeySignIn body = json.read(request, Bodies.PasskeySignIn.class);
        String answer = Bodies.need("credential", body.credential()).toString();
        return SessionController.opened(request, passkeys.signIn(answer, Devices.of(request), request.getLocalPort()));
    }

    @GetMapping("/account/passkeys")
    PasskeysView list(Caller caller) {
        return new PasskeysView(passkeys.list(caller));
    }

    @PostMapping("/account/passkey-options")
    PublicKeyView beginRegistration(Caller caller, HttpServletRequest request) {
        return new PublicKeyView(passkeys.beginRegistration(caller, Devices.of(request), request.getLocalPort()));
    }

    @PostMapping("/account/passkeys")
    @ResponseStatus(HttpStatus.CREATED)
    Passkey register(Caller caller, HttpServletRequest request) {
        Bodies.NewPasskey body = json.read(request, Bodies.NewPasskey.class);
        String answer = Bodies.need("credential", body.credential()).toString();
        return passkeys.register(caller, Bodies.need("name", body.name()), answer, request.getLocalPort());
    }

    @PatchMapping("/account/passkeys/{id}")
    Passkey rename(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.PasskeyPatch body = json.read(request, Bodies.PasskeyPatch.class);
        return passkeys.rename(caller, id, Bodies.need("name", body.name()));
    }

    @DeleteMapping("/account/passkeys/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable UUID id) {
        passkeys.remove(caller, id);
    }
}
