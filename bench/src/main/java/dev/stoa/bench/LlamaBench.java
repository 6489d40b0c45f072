package dev.stoa.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** llama.cpp's own benchmark, run as a process on the same file with the same number of threads. */
final class LlamaBench {
    private final Path program;
    private final JsonMapper mapper = new JsonMapper();

    /** @param path the program {@code llama-bench}, or a folder that holds it (directly or under {@code bin}) */
    LlamaBench(Path path) {
        this.program = List.of(
                        path, path.resolve("llama-bench"), path.resolve("bin").resolve("llama-bench"))
                .stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no llama-bench at " + path));
    }

    /** Tokens a second for a prompt of {@code tokens}. */
    double prefill(Path model, int threads, int tokens) {
        return run(model, threads, "-p", Integer.toString(tokens), "-n", "0");
    }

    /** Tokens a second when {@code tokens} are generated after an empty prompt. */
    double decode(Path model, int threads, int tokens) {
        return run(model, threads, "-p", "0", "-n", Integer.toString(tokens));
    }

    private double run(Path model, int threads, String... arguments) {
        var command = new java.util.ArrayList<>(List.of(
                program.toString(), "-m", model.toString(), "-t", Integer.toString(threads), "-r", "1", "-o", "json"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("llama-bench ended with status " + status);
            }
            JsonNode results = mapper.readTree(text);
            return results.get(0).get("avg_ts").asDouble();
        } catch (IOException e) {
            throw new IllegalStateException("llama-bench could not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while llama-bench ran", e);
        }
    }
}
