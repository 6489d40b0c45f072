package dev.stoa.api.admin;

import dev.stoa.api.Responses;
import dev.stoa.identity.Caller;
import dev.stoa.identity.People;
import dev.stoa.inference.routing.UpstreamIncidents;
import dev.stoa.inference.routing.UpstreamIncidents.Change;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organizations/upstream_incidents}: when deployments began to fail and did well again; for operators. */
@Controller
final class UpstreamIncidentsController {
    private static final JsonMapper JSON = new JsonMapper();

    private final AdminCallers callers;
    private final People people;
    private final UpstreamIncidents incidents;

    UpstreamIncidentsController(AdminCallers callers, People people, UpstreamIncidents incidents) {
        this.callers = callers;
        this.people = people;
        this.incidents = incidents;
    }

    /** The newest first; {@code after_id} goes on to older ones. */
    @RequestMapping("/v1/organizations/upstream_incidents")
    void list(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Caller caller = callers.begin(http, response, "GET");
        people.requireOperator(caller);
        int limit = Pages.limit(http);
        String after = http.getParameter("after_id");
        List<Change> changes = incidents.list(after == null ? null : AdminIds.INCIDENT.read(after), limit + 1);
        boolean more = changes.size() > limit;
        Responses.json(
                response,
                HttpServletResponse.SC_OK,
                Pages.page(
                        more ? changes.subList(0, limit) : changes,
                        more,
                        each -> AdminIds.INCIDENT.write(each.id()),
                        UpstreamIncidentsController::json));
    }

    private static ObjectNode json(Change change) {
        return JSON.createObjectNode()
                .put("id", AdminIds.INCIDENT.write(change.id()))
                .put("type", "upstream_incident")
                .put("created_at", change.at().toString())
                .put("deployment", change.deployment())
                .put("state", change.state().label())
                .put("failure_rate", change.failureRate());
    }
}
