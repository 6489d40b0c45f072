package dev.stoa.api.chat;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Everything under {@code /api} that is not there, or not with that method: the error keeps this surface's shape. */
@RestController
class UnknownChatPathController {

    @RequestMapping("/api/**")
    void unknown(HttpServletRequest request) {
        throw new StoaException(
                ErrorKind.NOT_FOUND, "There is no " + request.getMethod() + " " + request.getRequestURI() + ".");
    }
}
