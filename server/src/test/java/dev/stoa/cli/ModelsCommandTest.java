package dev.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code pull} of a local file, {@code models} and {@code models rm}, by their exit codes and what they print. */
class ModelsCommandTest {
    private static final long MEMORY = 16_000_000_000L;

    @TempDir
    Path folder;

    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    private int run(Object command, String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        return new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private Map<String, String> environment() {
        return Map.of("STOA_MODELS", folder.resolve("store").toString());
    }

    private int pull(String... arguments) {
        return run(new PullCommand(environment()), arguments);
    }

    private int models(String... arguments) {
        return run(new ModelsCommand(environment(), MEMORY), arguments);
    }

    private String file(String name, String content) throws Exception {
        return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    @Test
    void pullsListsAndRemoves() throws Exception {
        assertThat(pull(file("mine.Q8_0.gguf", "GGUF and more"))).isZero();
        assertThat(out.toString()).contains("Pulled mine:q8_0", "stoa serve --model mine:q8_0");
        assertThat(models()).isZero();
        assertThat(out.toString())
                .contains("mine:q8_0", "13 B", "best for this machine", "stoa pull gemma-3-4b-it:q4_k_m");
        assertThat(models("--path", "mine")).isZero();
        assertThat(Path.of(out.toString().strip())).content().isEqualTo("GGUF and more");
        assertThat(models("rm", "mine")).isZero();
        assertThat(models("--path", "mine")).isEqualTo(ExitCode.FAILURE);
        assertThat(models("rm", "mine")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("there is no mine");
        assertThat(models()).isZero();
        assertThat(out.toString()).contains("nothing yet");
    }

    @Test
    void speaksJson() throws Exception {
        pull(file("mine.gguf", "GGUF"), "--name", "other:x");
        assertThat(models("--json")).isZero();
        JsonNode json = JsonMapper.builder().build().readTree(out.toString());
        assertThat(json.path("models").path(0).path("id").asString()).isEqualTo("other:x");
        assertThat(json.path("recommended").asString()).isEqualTo("gemma-3-4b-it:q4_k_m");
        assertThat(json.path("memory_bytes").asLong()).isEqualTo(MEMORY);
        assertThat(json.path("catalogue")).hasSize(12);
    }

    @Test
    void failsWithItsReasonAndCode() throws Exception {
        assertThat(pull("no-such-model")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("not in the catalogue");
        assertThat(pull(file("a.gguf", "GGUF"), "--name", "../x")).isEqualTo(ExitCode.USAGE);
        assertThat(pull()).isEqualTo(ExitCode.USAGE);
        assertThat(models("rm", "../x:y")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void neverGuessesWhichVariantToRemove() throws Exception {
        pull(file("a.gguf", "GGUF1"), "--name", "m:a");
        pull(file("b.gguf", "GGUF2"), "--name", "m:b");
        assertThat(models("rm", "m")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("m:a", "m:b");
        assertThat(models("rm", "m:a")).isZero();
        assertThat(models("rm", "m")).isZero();
    }
}
