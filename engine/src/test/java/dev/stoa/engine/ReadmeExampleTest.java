package dev.stoa.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.gguf.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's program as it stands there, run by a JVM that has the engine's own classes and nothing else. */
class ReadmeExampleTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(import dev\\.stoa\\.engine.*?)```", Pattern.DOTALL);
    private static final String QUESTION = "Name three rivers.";

    @Test
    void theProgramOfTheReadmeAnswers(@TempDir Path folder) throws IOException, InterruptedException {
        Path readme = Path.of(System.getProperty("stoa.root"), "README.md");
        Matcher program = JAVA.matcher(Files.readString(readme));
        assertThat(program.find()).as("the README has the program").isTrue();
        Path source = Files.writeString(folder.resolve("Ask.java"), program.group(1));
        Path classes = Path.of(System.getProperty("stoa.root"), "engine", "target", "classes");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        classes.toString(),
                        source.toString(),
                        TestModels.smollm2().toString(),
                        QUESTION))
                .redirectError(errors.toFile())
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        assertThat(answer).isNotBlank().isEqualTo(here());
    }

    /** The same bytes in this JVM. */
    private static String here() {
        StringBuilder answer = new StringBuilder();
        try (Engine engine = Engine.load(TestModels.smollm2(), EngineOptions.defaults())) {
            int[] prompt = engine.encodeChat(List.of(new ChatMessage("user", QUESTION)));
            engine.submit(new EngineRequest(prompt, 64, Sampling.GREEDY)).forEach(chunk -> answer.append(chunk.text()));
        }
        return answer.toString();
    }
}
