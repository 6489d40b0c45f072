package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A temporary chat leaves no content behind: not in a table, not in the database's log, not in a file of the server. */
@Tag("e2e")
class TemporaryChatTest {
    private static final String MODEL = "mock-0-1-40-40";

    @TempDir(factory = OpenTempDir.class)
    Path data;

    private static String send(StoaProcess server, String path, String body) throws IOException, InterruptedException {
        var answer = server.http.send(
                HttpRequest.newBuilder(server.uri(path))
                        .header("Authorization", "Bearer " + StoaProcess.ADMIN_KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
        return answer.body();
    }

    private List<String> filesWith(String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> contains(file, wanted))
                    .map(file -> data.relativize(file).toString())
                    .toList();
        }
    }

    private static boolean contains(Path file, byte[] wanted) {
        try {
            // Every byte one character, so that nothing of a binary file is lost.
            String all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return all.contains(new String(wanted, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return false; // the database removes files while it runs
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void itsWordsAreInNoFile() throws IOException, InterruptedException {
        try (StoaProcess server = StoaProcess.start(data, Map.of("STOA_MOCK_MODELS", MODEL))) {
            String events = send(
                    server,
                    "/api/temporary",
                    "{'model':'" + MODEL + "','messages':[{'role':'user','text':'zanzibarine secret of the quagga'}]}");
            assertThat(events).contains("event: steps", "event: text", "\"state\":\"complete\"");
            UUID kept = UUID.randomUUID();
            send(server, "/api/conversations", "{'id':'" + kept + "'}");
            send(
                    server,
                    "/api/conversations/" + kept + "/messages",
                    "{'id':'%s','reply_id':'%s','text':'capybara that is kept','model':'%s'}"
                            .formatted(UUID.randomUUID(), UUID.randomUUID(), MODEL));
            assertThat(filesWith("capybara that is kept"))
                    .as("the scan finds what is kept")
                    .isNotEmpty();
            assertThat(filesWith("zanzibarine")).isEmpty();
        }
        // The server's end wrote all that it had in memory.
        assertThat(filesWith("capybara that is kept")).isNotEmpty();
        assertThat(filesWith("zanzibarine")).isEmpty();
        assertThat(filesWith("quagga")).isEmpty();
    }
}
