package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.postgres.EmbeddedPostgres;
import dev.stoa.operations.postgres.PostgresOptions;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two servers on one PostgreSQL, in processes of their own; the one that writes an answer is killed. */
@Tag("e2e")
class TakeOverTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Eight seconds of answer. */
    private static final String PACED = "mock-100-20-400";

    private static final long SEED = 11;

    @TempDir(factory = OpenTempDir.class)
    Path database;

    @TempDir(factory = OpenTempDir.class)
    Path first;

    @TempDir(factory = OpenTempDir.class)
    Path second;

    @Test
    void theStreamGoesOnByteForByteWhenTheServerThatWritesIsKilled() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(PostgresOptions.defaults(database))) {
            Map<String, String> environment = Map.of("STOA_DATABASE", address(postgres), "STOA_MOCK_MODELS", PACED);
            try (StoaProcess one = StoaProcess.start(first, environment);
                    StoaProcess two = StoaProcess.start(second, environment)) {
                String conversation = UUID.randomUUID().toString();
                ChatClient.expect(
                        201,
                        one.post(
                                "/api/conversations", "{\"id\":\"" + conversation + "\",\"model\":\"" + PACED + "\"}"));
                ChatClient asks = new ChatClient(one);
                String reply = asks.ask(conversation, "Go on whatever happens.", SEED);

                HttpResponse<Stream<String>> events =
                        two.http.send(new ChatClient(two).events(reply, 0).GET().build(), BodyHandlers.ofLines());
                Iterator<String> lines = events.body().iterator();
                StringBuilder text = new StringBuilder();
                JsonNode message = null;
                String name = "";
                while (message == null && lines.hasNext()) {
                    String line = lines.next();
                    if (line.startsWith("event: ")) {
                        name = line.substring("event: ".length());
                    } else if (line.startsWith("data: ")) {
                        JsonNode data = JSON.readTree(line.substring("data: ".length()));
                        if (name.equals("end")) {
                            message = data.get("message");
                        } else {
                            boolean begun = text.isEmpty();
                            text.append(data.get("text").asString());
                            if (begun) {
                                one.killHard();
                            }
                        }
                    }
                }
                assertThat(message).as("the stream's end").isNotNull();
                assertThat(message.get("state").asString()).isEqualTo("complete");
                assertThat(text).hasToString(message.get("text").asString());

                ChatClient other = new ChatClient(two);
                JsonNode uncut = other.awaitEnd(conversation, other.again(message, SEED));
                assertThat(uncut.get("text").asString()).isEqualTo(text.toString());
            }
        }
    }

    private static String address(EmbeddedPostgres postgres) {
        URI uri = URI.create(postgres.jdbcUrl().substring("jdbc:".length()));
        return "postgresql://" + postgres.user() + ":" + postgres.password() + "@" + uri.getAuthority() + uri.getPath();
    }
}
