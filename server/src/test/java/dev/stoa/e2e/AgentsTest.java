package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.operations.OpenTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Coding agents at work, one of each protocol: they ask this server, run the tool that the model calls, bring back what
 * it gave, and say what the model makes of it. Only the model is played ({@link ReadingUpstream}): their prompts are
 * longer than a small model's context. They reach nothing but this machine, and get none of its environment.
 */
@Tag("e2e")
@DisabledIfSystemProperty(
        named = "stoa.test.clients",
        matches = "false",
        disabledReason = "without the clients' packages")
class AgentsTest {
    private static final int LIMIT_SECONDS = 120;

    /** Nothing listens there: what would leave this machine fails at once. */
    private static final String NOWHERE = "http://127.0.0.1:9";

    @TempDir(factory = OpenTempDir.class)
    private static Path folder;

    private static ReadingUpstream upstream;
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        upstream = new ReadingUpstream();
        server = ApiServer.start(
                "",
                "--stoa.upstreams[0].name=reader",
                "--stoa.upstreams[0].url=" + upstream.url(),
                "--stoa.upstreams[0].models[0].name=reader-model");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        upstream.close();
    }

    private static String run(List<String> environment, String... command) throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        List<String> all = new ArrayList<>(List.of("env", "-i", "HOME=" + home, "PATH=" + System.getenv("PATH")));
        all.addAll(List.of("HTTP_PROXY=" + NOWHERE, "HTTPS_PROXY=" + NOWHERE, "NO_PROXY=127.0.0.1"));
        all.addAll(environment);
        all.addAll(List.of(command));
        return Tools.run(folder, Map.of(), LIMIT_SECONDS, "the agent must end well", all.toArray(String[]::new));
    }

    /** A file that nobody can know without having read it. */
    private static String write(Path note) throws IOException {
        String secret = UUID.randomUUID().toString();
        Files.writeString(note, "The word is " + secret);
        return secret;
    }

    private static void assertRead(String secret, String said) {
        assertThat(said).contains("It says: ").contains(secret);
        assertThat(upstream.results()).as("what the model was told").anyMatch(result -> result.contains(secret));
    }

    private static void awaitUsage(String surface) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(server.jdbc()
                                .sql("select count(*) from usage_event where surface = ? and outcome = 'completed'")
                                .param(surface)
                                .query(Long.class)
                                .single())
                        .isGreaterThanOrEqualTo(2));
    }

    @Test
    void claudeCodeReadsAFile() throws IOException {
        Path note = folder.resolve("note.txt");
        String secret = write(note);
        String said = run(
                List.of(
                        "ANTHROPIC_BASE_URL=" + server.uri(""),
                        "ANTHROPIC_API_KEY=" + ApiServer.KEY,
                        "ANTHROPIC_SMALL_FAST_MODEL=reader-model",
                        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
                        "DISABLE_AUTOUPDATER=1",
                        "DISABLE_TELEMETRY=1"),
                "node",
                Tools.agents()
                        .resolve("@anthropic-ai/claude-code/cli-wrapper.cjs")
                        .toString(),
                "--print",
                "What does " + note + " say?",
                "--model",
                "reader-model",
                "--allowedTools",
                "Read");
        assertRead(secret, said);
        awaitUsage("anthropic");
    }

    @Test
    void codexReadsAFile() throws IOException {
        Path note = folder.resolve("note.txt");
        String secret = write(note);
        String provider = "model_providers.stoa={name=\"Stoa\",base_url=\"" + server.uri("/v1")
                + "\",env_key=\"STOA_KEY\",wire_api=\"responses\"}";
        String said = run(
                List.of("STOA_KEY=" + ApiServer.KEY),
                "node",
                Tools.agents().resolve("@openai/codex/bin/codex.js").toString(),
                "exec",
                "--skip-git-repo-check",
                // It would need rights that a container rarely has; it runs one “cat” that this test chose.
                "--sandbox",
                "danger-full-access",
                "-c",
                "model_provider=stoa",
                "-c",
                provider,
                "-c",
                "model=reader-model",
                "-c",
                "check_for_update_on_startup=false",
                "-c",
                "analytics.enabled=false",
                "What does " + note + " say?");
        assertRead(secret, said);
        awaitUsage("openai");
    }
}
