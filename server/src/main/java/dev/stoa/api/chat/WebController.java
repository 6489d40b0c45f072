package dev.stoa.api.chat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The application's page, at every address that the application itself understands. */
@RestController
class WebController {
    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

    private static final byte[] MISSING = """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>Stoa</title>
            <h1>The web application is missing</h1>
            <p>This server was built without its web part; the API works. Build all of it with <code>./stoa</code>
            on a machine with Node 20 or newer.</p></html>
            """.getBytes(StandardCharsets.UTF_8);

    private final ClassPathResource index = new ClassPathResource("META-INF/resources/index.html");

    @GetMapping({"/", "/signin", "/c/**"})
    ResponseEntity<byte[]> page() throws IOException {
        if (!index.exists()) {
            return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                    .contentType(HTML)
                    .cacheControl(CacheControl.noStore())
                    .body(MISSING);
        }
        try (InputStream in = index.getInputStream()) {
            byte[] page = in.readAllBytes();
            return ResponseEntity.ok()
                    .contentType(HTML)
                    .cacheControl(CacheControl.noCache())
                    .eTag('"' + DigestUtils.md5DigestAsHex(page) + '"')
                    .body(page);
        }
    }
}
