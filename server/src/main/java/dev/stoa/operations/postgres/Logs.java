package dev.stoa.operations.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The server's log files: the last lines for a message, and a bound on what they take. */
final class Logs {
    /** With the server's rotation at 10 MB a file, 60 MB at most. */
    static final int FILES_MAX = 6;

    private static final int TAIL_LINES = 12;
    private static final int TAIL_BYTES = 16 << 10;
    private static final String STARTUP = "startup.log";

    private Logs() {}

    /** Where the server writes before its own log is open. */
    static Path startup(Path folder) {
        return folder.resolve(STARTUP);
    }

    /** The last lines of the newest log and of the start. */
    static String tail(Path folder) {
        try {
            List<Path> newestLast = files(folder);
            String server = newestLast.isEmpty() ? "" : read(newestLast.getLast());
            String start = Files.exists(startup(folder)) ? read(startup(folder)) : "";
            return tail(start + "\n" + server);
        } catch (IOException e) {
            return "(its log in %s cannot be read: %s)".formatted(folder, e.getMessage());
        }
    }

    static String tail(String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()))
                .indent(2)
                .stripTrailing();
    }

    /** Deletes all but the newest {@link #FILES_MAX}. */
    static void prune(Path folder) throws IOException {
        List<Path> newestLast = files(folder);
        for (Path old : newestLast.subList(0, Math.max(0, newestLast.size() - FILES_MAX))) {
            Files.deleteIfExists(old);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(folder, "postgresql-*.log")) {
            entries.forEach(files::add);
        }
        Collections.sort(files);
        return files;
    }

    private static String read(Path file) throws IOException {
        try (var channel = Files.newByteChannel(file)) {
            channel.position(Math.max(0, channel.size() - TAIL_BYTES));
            var bytes = ByteBuffer.allocate(TAIL_BYTES);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }
}
