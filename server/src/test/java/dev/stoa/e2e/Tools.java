package dev.stoa.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Programs in other languages that tests run, with the packages that they need, each of one pinned version; made once
 * under {@code server/target/clients}. Everything is fetched by the languages' own tools, which must be there.
 */
final class Tools {
    private static final Path ROOT = Path.of(System.getProperty("stoa.root"));
    private static final Path SOURCES = ROOT.resolve("server/src/test/clients");
    private static final Path TARGET = ROOT.resolve("server/target/clients");

    private Tools() {}

    static Path source(String path) {
        return SOURCES.resolve(path);
    }

    /** The folder with the programs of a Python that has what {@code requirements.txt} names. */
    static Path python() {
        Path folder = TARGET.resolve("python");
        Path wanted = source("requirements.txt");
        Path stamp = folder.resolve("installed.txt");
        if (!same(wanted, stamp)) {
            String help = "Python 3.10 or newer with venv and a package registry are needed;"
                    + " without them run the other tests with -Dstoa.test.clients=false";
            run(TARGET.getParent(), Map.of(), 300, help, "python3", "-m", "venv", "--clear", folder.toString());
            run(
                    TARGET.getParent(),
                    Map.of(),
                    300,
                    help,
                    folder.resolve("bin/pip").toString(),
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "-r",
                    wanted.toString());
            copy(wanted, stamp);
        }
        return folder.resolve("bin");
    }

    /** A folder with the TypeScript tests, compiled to {@code built}, and the packages that they need. */
    static Path typescript() {
        Path folder = packages("typescript");
        run(folder, Map.of(), 300, "the types of the clients' tests must hold", "npx", "--no-install", "tsc");
        return folder;
    }

    /** The folder with the packages of coding agents. */
    static Path agents() {
        return packages("agents").resolve("node_modules");
    }

    /** A copy of a folder of sources, with the packages of its lock file. */
    private static synchronized Path packages(String name) {
        Path folder = TARGET.resolve(name);
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(source(name))) {
                files.filter(Files::isRegularFile).forEach(file -> copy(file, folder.resolve(file.getFileName())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String help = "npm and a package registry are needed;"
                + " without them run the other tests with -Dstoa.test.clients=false";
        Path stamp = folder.resolve("installed.json");
        if (!same(folder.resolve("package-lock.json"), stamp)) {
            run(folder, Map.of(), 300, help, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
            copy(folder.resolve("package-lock.json"), stamp);
        }
        return folder;
    }

    private static boolean same(Path wanted, Path stamp) {
        try {
            return Files.exists(stamp) && Files.mismatch(wanted, stamp) < 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.write(to, Files.readAllBytes(from));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a program to its end.
     *
     * @param help said beside its output where it fails
     * @return its output
     * @throws AssertionError with its output if it fails or takes longer than {@code seconds}
     */
    static String run(Path folder, Map<String, String> environment, int seconds, String help, String... command) {
        try {
            Path output = Files.createTempFile(Files.createDirectories(TARGET), "output", ".txt");
            ProcessBuilder builder = new ProcessBuilder(List.of(command))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = start(builder, help);
            process.getOutputStream().close();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            Files.delete(output);
            if (!ended || process.exitValue() != 0) {
                String end = ended ? "status " + process.exitValue() : "no end within " + seconds + " s";
                throw new AssertionError(String.join(" ", command) + ": " + end + "; " + help + "\n" + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Process start(ProcessBuilder builder, String help) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new AssertionError(builder.command().getFirst() + " can't be started; " + help, e);
        }
    }
}
