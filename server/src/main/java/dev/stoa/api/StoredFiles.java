package dev.stoa.api;

import dev.stoa.file.Files;
import dev.stoa.file.StoredFile;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;

/** What both protocols do alike with files: their names, their bytes, the pages of their lists. */
public final class StoredFiles {
    private StoredFiles() {}

    /** {@code file_…}: the same in both protocols, so that a file of one can be named in the other. */
    public static String id(UUID id) {
        return ObjectIds.FILE.write(id);
    }

    /** @throws StoaException NOT_FOUND: what is no id names nothing */
    public static UUID id(String text) {
        return ObjectIds.FILE.read(text);
    }

    /** A place in a list; null if the query names none. @throws StoaException INVALID_REQUEST */
    public static @Nullable UUID cursor(HttpServletRequest request, String parameter) {
        return ObjectIds.FILE.cursor(request, parameter);
    }

    /** Sends a file's bytes. No browser shows or runs them in this server's name. */
    public static void send(HttpServletResponse response, Files files, StoredFile file) throws IOException {
        try (InputStream in = files.open(file)) {
            response.setContentType(file.mediaType());
            response.setContentLengthLong(file.bytes());
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.setHeader(
                    "Content-Disposition",
                    ContentDisposition.attachment()
                            .filename(file.name(), StandardCharsets.UTF_8)
                            .build()
                            .toString());
            in.transferTo(response.getOutputStream());
        }
    }
}
