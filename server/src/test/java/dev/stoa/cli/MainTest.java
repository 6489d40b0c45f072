package dev.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What an operator has to mend is one sentence and status 1. */
class MainTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return run(Main.commandLine(), arguments);
    }

    private int run(CommandLine line, String... arguments) {
        return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"files.size: abc", "public-url: stoa.example.org", "admin-key: short", "master-key: abc"})
    void aWrongSettingEndsAStartWithASentence(String setting) throws IOException {
        Files.writeString(folder.resolve("stoa.yml"), setting + "\n");
        assertThat(run("serve", "--port", "0", "--data", folder.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).startsWith("stoa serve: ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "setting"})
    void aFaultInAStartThatIsTheOperatorsIsASentenceToo(String which) {
        CommandLine line = Main.commandLine().addSubcommand(new Faulty());
        assertThat(run(line, "faulty", which)).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).hasLineCount(1).containsAnyOf("/nope can't be used", "'server.port' cannot be 'x'");
    }

    @Test
    void aFaultOfOursKeepsItsTrace() {
        CommandLine line = Main.commandLine().addSubcommand(new Faulty());
        run(line, "faulty", "ours");
        assertThat(err.toString()).contains("IllegalStateException", "\tat ");
    }

    /** Fails as a part of a start does, wrapped once. */
    @Command(name = "faulty")
    private static final class Faulty implements Callable<Integer> {
        @CommandLine.Parameters
        private String which = "";

        @Override
        public Integer call() {
            try {
                switch (which) {
                    case "file" -> Files.readString(Path.of("/nope"));
                    case "setting" -> {
                        var source = new MapConfigurationPropertySource();
                        source.put("server.port", "x");
                        new Binder(source).bind("server.port", Integer.class);
                    }
                    default -> throw new IllegalStateException("a fault");
                }
                return 0;
            } catch (IOException | RuntimeException e) {
                throw new IllegalStateException("a bean could not be made", e);
            }
        }
    }
}
