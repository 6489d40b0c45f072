package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Responses;
import dev.stoa.identity.AccountLink;
import dev.stoa.identity.Caller;
import dev.stoa.identity.MemberDetails;
import dev.stoa.identity.NewLink;
import dev.stoa.identity.People;
import dev.stoa.identity.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/organizations/users} and {@code invites}, in Anthropic's shapes. As this server sends no mail, whoever makes
 * an invitation or a link to a new password gets it in {@code path} and hands it on.
 */
@Controller
final class PeopleController {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int INVITATION_DAYS_DEFAULT = 7;
    private static final int INVITATION_DAYS_MAX = 30;

    /** After a #, so that the secret is sent to no server and kept in no log. */
    private static final String LINK_PATH = "/#/join/";

    private final AdminCallers callers;
    private final People people;

    PeopleController(AdminCallers callers, People people) {
        this.callers = callers;
        this.people = people;
    }

    @RequestMapping("/v1/organizations/users")
    void users(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        String email = http.getParameter("email");
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.of(
                        http,
                        people.members(caller).stream()
                                .filter(each -> email == null || email.equalsIgnoreCase(each.email()))
                                .toList(),
                        each -> AdminIds.MEMBER.write(each.id()),
                        PeopleController::json));
    }

    @RequestMapping("/v1/organizations/users/{id}")
    void user(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST", "DELETE");
        UUID member = AdminIds.MEMBER.read(id);
        ObjectNode answer = switch (http.getMethod()) {
            case "POST" -> {
                Fields fields = callers.read(http);
                Role role = role(fields.requiredString("role"));
                fields.end();
                yield json(people.changeRole(caller, member, role));
            }
            case "DELETE" -> {
                people.remove(caller, member);
                yield JSON.createObjectNode()
                        .put("id", AdminIds.MEMBER.write(member))
                        .put("type", "user_deleted");
            }
            default -> json(people.member(caller, member));
        };
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    @RequestMapping("/v1/organizations/users/{id}/password_link")
    void passwordLink(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "POST");
        NewLink made = people.resetPassword(caller, AdminIds.MEMBER.read(id));
        Responses.json(
                response,
                HttpServletResponse.SC_CREATED,
                JSON.createObjectNode()
                        .put("type", "password_link")
                        .put("user_id", AdminIds.MEMBER.write(made.link().memberId()))
                        .put("expires_at", made.link().expiresAt().toString())
                        .put("path", LINK_PATH + made.secret()));
    }

    @RequestMapping("/v1/organizations/invites")
    void invites(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET", "POST");
        if (http.getMethod().equals("POST")) {
            Fields fields = callers.read(http);
            String email = fields.optionalString("email");
            Role role = role(fields.requiredString("role"));
            OptionalInt days = fields.optionalInt("expires_in_days", 1, INVITATION_DAYS_MAX);
            fields.end();
            NewLink made = people.invite(caller, email, role, Duration.ofDays(days.orElse(INVITATION_DAYS_DEFAULT)));
            Responses.json(
                    response, HttpServletResponse.SC_CREATED, json(made.link()).put("path", LINK_PATH + made.secret()));
            return;
        }
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.of(
                        http,
                        people.invitations(caller),
                        each -> AdminIds.INVITE.write(each.id()),
                        PeopleController::json));
    }

    @RequestMapping("/v1/organizations/invites/{id}")
    void invite(@PathVariable("id") String id, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        Caller caller = callers.begin(http, response, "GET", "DELETE");
        UUID invitation = AdminIds.INVITE.read(id);
        ObjectNode answer;
        if (http.getMethod().equals("DELETE")) {
            people.withdraw(caller, invitation);
            answer = JSON.createObjectNode()
                    .put("id", AdminIds.INVITE.write(invitation))
                    .put("type", "invite_deleted");
        } else {
            answer = json(people.invitation(caller, invitation));
        }
        Responses.json(response, HttpServletResponse.SC_OK, answer);
    }

    private static Role role(String label) {
        return Role.of(label)
                .orElseThrow(() -> Fields.invalid("role", "must be “operator”, “admin”, “developer” or “user”"));
    }

    private static ObjectNode json(MemberDetails member) {
        return JSON.createObjectNode()
                .put("id", AdminIds.MEMBER.write(member.id()))
                .put("type", "user")
                .put("email", member.email())
                .put("name", member.name())
                .put("role", member.role().label())
                .put("added_at", member.createdAt().toString())
                .put("last_seen_at", text(member.lastSeenAt()))
                .put("has_password", member.hasPassword());
    }

    private static ObjectNode json(AccountLink invitation) {
        return JSON.createObjectNode()
                .put("id", AdminIds.INVITE.write(invitation.id()))
                .put("type", "invite")
                .put("email", invitation.email())
                .put("role", invitation.role().label())
                .put("invited_at", invitation.createdAt().toString())
                .put("expires_at", invitation.expiresAt().toString())
                .put(
                        "status",
                        switch (invitation.status()) {
                            case PENDING -> "pending";
                            case ACCEPTED -> "accepted";
                            case WITHDRAWN -> "deleted";
                            case EXPIRED -> "expired";
                        });
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
