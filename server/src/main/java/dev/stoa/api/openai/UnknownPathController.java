package dev.stoa.api.openai;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers what no surface under {@code /v1} knows to those who don't say that they speak Anthropic's protocol. */
@Controller
final class UnknownPathController {

    @RequestMapping(
            path = {"/v1", "/v1/**"},
            headers = ModelsController.NOT_ANTHROPIC)
    void unknown() {
        throw new StoaException(ErrorKind.NOT_FOUND, "There is nothing at this path.");
    }
}
