package dev.stoa.api.anthropic;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers what no other surface under {@code /v1} knows, in the protocol's words to those who speak it. */
@Controller
final class UnknownPathController {

    @RequestMapping(
            path = {"/v1", "/v1/**"},
            headers = ApiVersion.HEADER)
    void unknown() {
        throw new StoaException(ErrorKind.NOT_FOUND, "There is nothing at this path.");
    }
}
