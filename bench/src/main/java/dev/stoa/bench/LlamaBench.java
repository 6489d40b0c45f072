package dev.stoa.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** llama.cpp's own benchmarks, run as processes on the same file with the same number of threads. */
final class LlamaBench {
    private static final int WATCH_MILLIS = 20;

    private final Path folder;
    private final JsonMapper mapper = new JsonMapper();
    private volatile long peakBytes;

    /** @param path the folder that holds {@code llama-bench} and {@code llama-batched-bench}, directly or under {@code bin} */
    LlamaBench(Path path) {
        this.folder = Stream.of(path, path.resolve("bin"))
                .filter(each -> Files.isRegularFile(each.resolve("llama-bench"))
                        && Files.isRegularFile(each.resolve("llama-batched-bench")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no llama-bench and llama-batched-bench at " + path));
    }

    /** Tokens a second for a prompt of {@code tokens}. */
    double prefill(Path model, int threads, int tokens) {
        String[] arguments = {"-r", "1", "-o", "json", "-p", Integer.toString(tokens), "-n", "0"};
        return read(run("llama-bench", model, threads, arguments))
                .get(0)
                .get("avg_ts")
                .asDouble();
    }

    /** Tokens a second of {@code batch} sequences, each with {@code tokens} after {@code context} of its own. */
    double decode(Path model, int threads, int context, int tokens, int batch) {
        String text = run(
                "llama-batched-bench",
                model,
                threads,
                "-c",
                Integer.toString(batch * (context + tokens)),
                "-npp",
                Integer.toString(context),
                "-ntg",
                Integer.toString(tokens),
                "-npl",
                Integer.toString(batch),
                "--output-format",
                "jsonl");
        return text.lines()
                .filter(line -> line.startsWith("{"))
                .map(this::read)
                .filter(row -> row.has("speed_tg"))
                .mapToDouble(row -> row.get("speed_tg").asDouble())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("llama-batched-bench printed no rate"));
    }

    /** The most memory that any of the processes held; 0 where the system doesn't say. */
    long peakBytes() {
        return peakBytes;
    }

    private JsonNode read(String json) {
        return mapper.readTree(json);
    }

    private String run(String program, Path model, int threads, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(folder.resolve(program).toString(), "-m", model.toString(), "-t", Integer.toString(threads)));
        Collections.addAll(command, arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Thread.ofVirtual().start(() -> watch(process));
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(program + " ended with status " + status);
            }
            return text;
        } catch (IOException e) {
            throw new IllegalStateException(program + " could not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + program + " ran", e);
        }
    }

    /** A process that has ended no longer says what it held. */
    private void watch(Process process) {
        try {
            while (process.isAlive()) {
                peakBytes = Math.max(peakBytes, PeakMemory.of(process.pid()).orElse(0));
                Thread.sleep(WATCH_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
