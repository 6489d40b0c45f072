package dev.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.security.auth.module.UnixSystem;
import dev.stoa.operations.OpenTempDir;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./stoa} in a checkout of its own, where the JDK, Node and the build are played: each says what it was given. */
class LauncherTest {
    private static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");
    /** Before a command; root may write everywhere. */
    private static final List<String> ORDINARY_USER = new UnixSystem().getUid() == 0
            ? List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
            : List.of();

    @TempDir(factory = OpenTempDir.class)
    Path folder;

    private Path root;
    private Path tools;

    /** Below a folder named src, as some keep all their checkouts. */
    @BeforeEach
    void checkout() throws IOException {
        root = Files.createDirectories(folder.resolve("src/checkout"));
        tools = Files.createDirectories(folder.resolve("jdk/bin"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
        script(tools.resolve("javac"), "");
        script(tools.resolve("java"), "echo \"java $*\"");
        script(tools.resolve("npm"), "");
        script(tools.resolve("node"), "echo v24.1.0");
        script(root.resolve("mvnw"), "echo built >>\"$(dirname \"$0\")/builds\"; touch server/target/stoa-server.jar");
        Files.copy(
                Path.of(System.getProperty("stoa.root"), "stoa"),
                root.resolve("stoa"),
                StandardCopyOption.COPY_ATTRIBUTES);
        for (String part : List.of("engine", "server/src/main", "server/target", "web", "target")) {
            Files.createDirectories(root.resolve(part));
        }
        Files.writeString(root.resolve("web/package.json"), "{}");
        Files.writeString(root.resolve("pom.xml"), "");
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Runs it and returns what it said and its exit code; the test fails where it doesn't end. */
    private String run(String... arguments) throws IOException, InterruptedException {
        return run(List.of(), arguments);
    }

    private String run(List<String> prefix, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(root.resolve("stoa").toString());
        command.addAll(Arrays.asList(arguments));
        File output = folder.resolve("output").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
        builder.environment().keySet().removeIf(name -> name.startsWith("STOA_"));
        builder.environment().put("STOA_JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("PATH", tools + ":" + System.getenv("PATH"));
        Process process = builder.start();
        boolean ended = process.waitFor(30, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output.toPath());
        assertThat(ended).as(said).isTrue();
        return said + "exit " + process.exitValue();
    }

    /** All that is there now was built. */
    private void markBuilt() throws IOException {
        Files.writeString(root.resolve("server/target/stoa-server.jar"), "");
        Files.writeString(root.resolve("server/target/.stoa-stamp"), "");
        try (var all = Files.walk(root)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.setLastModifiedTime(each, FileTime.from(BUILT));
            }
        }
    }

    @Test
    void buildsWhenASourceIsNewAndOnlyThen() throws Exception {
        markBuilt();
        Files.writeString(root.resolve("server/notes.txt"), "no source");
        assertThat(run("models")).contains("dev.stoa.cli.Main models", "exit 0");
        assertThat(root.resolve("builds")).doesNotExist();
        Files.writeString(root.resolve("server/src/main/New.java"), "");
        run("models");
        assertThat(root.resolve("builds")).hasContent("built");
    }

    @Test
    void saysThatTheLockOfTheBuildCantBeMade() throws Exception {
        // A file in its place, as even a folder without rights doesn't stop root.
        Files.writeString(root.resolve("target/.stoa-build-lock"), "");
        assertThat(run("build")).contains("cannot write " + root.toRealPath() + "/target", "exit 1");
    }

    @Test
    void takesOverALockWithoutAnOwner() throws Exception {
        Files.createDirectories(root.resolve("target/.stoa-build-lock"));
        assertThat(run("build")).contains("waiting for another build", "exit 0");
        assertThat(root.resolve("builds")).hasContent("built");
        assertThat(root.resolve("target/.stoa-build-lock")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "v18.20.0,false", "v20.18.3,false", "v20.19.0,true", "v21.7.0,false", "v22.12.0,false",
        "v22.13.0,true", "v23.11.0,false", "v24.0.0,true", "v26.1.0,true", "'',false"
    })
    void takesTheNodeThatTheToolsOfThePageTakeAsTheDoctorDoes(String version, boolean fits) throws Exception {
        script(tools.resolve("node"), "echo " + version);
        assertThat(run("build")).contains(fits ? "exit 0" : "20.19, 22.13, 24 or newer");
        assertThat(Checkup.nodeFits(version)).isEqualTo(fits);
    }

    @Test
    void asksForAClassCacheOnlyWhereItCanBeWritten() throws Exception {
        markBuilt();
        assertThat(run("serve")).contains("-XX:AOTCacheOutput=" + root.toRealPath() + "/server/target/stoa.aot");
        Files.setPosixFilePermissions(root.resolve("server/target"), PosixFilePermissions.fromString("r-xr-xr-x"));
        assertThat(run(ORDINARY_USER, "serve")).contains("Main serve", "exit 0").doesNotContain("AOTCacheOutput");
    }
}
