package dev.stoa.api.chat;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Everything under {@code /api} that is not there, or not with that method: the error keeps this surface's shape. */
@RestController
class UnknownChatPathController {
    private final ObjectProvider<RequestMappingHandlerMapping> routes;

    /** @param routes asked for late, as this is one of them */
    UnknownChatPathController(
            @Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> routes) {
        this.routes = routes;
    }

    @RequestMapping("/api/**")
    void unknown(HttpServletRequest request, HttpServletResponse response) {
        Set<String> methods = methods(request);
        if (methods.isEmpty()) {
            throw new StoaException(
                    ErrorKind.NOT_FOUND, "There is no " + request.getMethod() + " " + request.getRequestURI() + ".");
        }
        response.setHeader(HttpHeaders.ALLOW, String.join(", ", methods));
        throw new StoaException(
                ErrorKind.METHOD_NOT_ALLOWED,
                "This path takes " + String.join(" or ", methods) + ", not " + request.getMethod() + ".");
    }

    /** What the routes of this very path take. */
    private Set<String> methods(HttpServletRequest request) {
        Set<String> methods = new TreeSet<>();
        for (RequestMappingInfo route : routes.getObject().getHandlerMethods().keySet()) {
            PathPatternsRequestCondition path = route.getPathPatternsCondition();
            if (path != null && path.getMatchingCondition(request) != null) {
                route.getMethodsCondition().getMethods().forEach(method -> methods.add(method.name()));
            }
        }
        return methods;
    }
}
