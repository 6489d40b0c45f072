package dev.stoa.api.chat;

import dev.stoa.api.BrowserSessions;
import dev.stoa.api.chat.Views.AccountView;
import dev.stoa.api.chat.Views.DevicesView;
import dev.stoa.api.chat.Views.LinkView;
import dev.stoa.api.chat.Views.MemberView;
import dev.stoa.api.chat.Views.SessionView;
import dev.stoa.identity.AccountLink;
import dev.stoa.identity.Accounts;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
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

/** A person's own account: name, password, devices; and the links that lead to one. */
@RestController
@RequestMapping("/api")
class AccountController {
    private final Accounts accounts;
    private final Identity identity;
    private final ChatJson json;

    AccountController(Accounts accounts, Identity identity, ChatJson json) {
        this.accounts = accounts;
        this.identity = identity;
        this.json = json;
    }

    @GetMapping("/account")
    AccountView account(Caller caller) {
        return new AccountView(
                MemberView.of(identity.member(caller)),
                accounts.organizationName(caller),
                accounts.hasPassword(caller));
    }

    @PatchMapping("/account")
    SessionView rename(Caller caller, HttpServletRequest request) {
        Bodies.AccountPatch body = json.read(request, Bodies.AccountPatch.class);
        return SessionView.of(accounts.rename(caller, Bodies.need("name", body.name())));
    }

    @PostMapping("/account/password")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void changePassword(Caller caller, HttpServletRequest request) {
        Bodies.PasswordChange body = json.read(request, Bodies.PasswordChange.class);
        accounts.changePassword(
                caller, Bodies.need("current", body.current()), Bodies.need("password", body.password()));
    }

    @GetMapping("/account/sessions")
    DevicesView sessions(Caller caller) {
        return new DevicesView(accounts.sessions(caller));
    }

    @DeleteMapping("/account/sessions/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void endSession(Caller caller, @PathVariable UUID id) {
        accounts.endSession(caller, id);
    }

    /** All but the one that asks. */
    @DeleteMapping("/account/sessions")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void endOtherSessions(Caller caller) {
        accounts.endOtherSessions(caller);
    }

    /** For whoever has the link. */
    @GetMapping("/links/{secret}")
    LinkView link(@PathVariable String secret, HttpServletRequest request) {
        AccountLink link = accounts.link(secret, Devices.of(request));
        return LinkView.of(link, accounts.organizationName(link));
    }

    @PostMapping("/links/{secret}")
    ResponseEntity<SessionView> useLink(@PathVariable String secret, HttpServletRequest request) {
        BrowserSessions.requireSameOrigin(request);
        Bodies.LinkUse body = json.read(request, Bodies.LinkUse.class);
        return SessionController.opened(
                request,
                accounts.useLink(
                        secret,
                        body.name(),
                        body.email(),
                        Bodies.need("password", body.password()),
                        Devices.of(request)));
    }
}
