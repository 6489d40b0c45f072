package dev.stoa.api.chat;

import dev.stoa.identity.Device;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import org.springframework.http.HttpHeaders;

/** Where a request comes from. */
final class Devices {
    private Devices() {}

    static Device of(HttpServletRequest request) {
        return new Device(
                request.getRemoteAddr(), Objects.requireNonNullElse(request.getHeader(HttpHeaders.USER_AGENT), ""));
    }
}
