package dev.stoa.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** llama.cpp's server as a process on loopback, asked over HTTP as its users do. */
final class LlamaServer implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofMinutes(2);
    private static final Duration ANSWER_MAX = Duration.ofMinutes(20);

    private final Process process;
    private final URI completions;
    private final HttpClient client = HttpClient.newHttpClient();
    private final JsonMapper mapper = new JsonMapper();

    /**
     * Starts it and waits until it has loaded the model.
     *
     * @param folder that holds {@code llama-server}, directly or under {@code bin}
     * @param slots requests that it runs at once
     * @param slotTokens context of each
     */
    LlamaServer(Path folder, Path model, int threads, int slots, int slotTokens) {
        Path program = List.of(
                        folder.resolve("llama-server"), folder.resolve("bin").resolve("llama-server"))
                .stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no llama-server at " + folder));
        try (ServerSocket free = new ServerSocket(0)) {
            int port = free.getLocalPort();
            free.close();
            String base = "http://127.0.0.1:" + port;
            this.completions = URI.create(base + "/completion");
            this.process = new ProcessBuilder(
                            program.toString(),
                            "--model",
                            model.toString(),
                            "--threads",
                            Integer.toString(threads),
                            "--threads-http",
                            "4",
                            "--parallel",
                            Integer.toString(slots),
                            "--ctx-size",
                            Integer.toString(slots * slotTokens),
                            "--host",
                            "127.0.0.1",
                            "--port",
                            Integer.toString(port))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            awaitHealth(URI.create(base + "/health"));
        } catch (IOException e) {
            throw new IllegalStateException("llama-server can't be started: " + e.getMessage(), e);
        }
    }

    private void awaitHealth(URI health) {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                HttpResponse<Void> response =
                        client.send(HttpRequest.newBuilder(health).build(), BodyHandlers.discarding());
                if (response.statusCode() == 200) {
                    return;
                }
                Thread.sleep(100);
            } catch (IOException e) {
                sleepAfter(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        close();
        throw new IllegalStateException("llama-server did not become healthy");
    }

    /** Not listening yet. */
    private static void sleepAfter(IOException cause) {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(cause);
        }
    }

    /** Seconds until all prompts, sent at once, have {@code tokens} answer tokens each. */
    double answerAll(List<int[]> prompts, int tokens) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long begin = System.nanoTime();
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int[] prompt : prompts) {
                calls.add(() -> answer(prompt, tokens));
            }
            for (Future<Integer> answer : threads.invokeAll(calls)) {
                if (answer.get() != tokens) {
                    throw new IllegalStateException("llama-server answered " + answer.get() + " tokens, not " + tokens);
                }
            }
            return (System.nanoTime() - begin) / 1e9;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("llama-server failed: " + e.getCause(), e);
        }
    }

    private int answer(int[] prompt, int tokens) throws IOException, InterruptedException {
        Map<String, Object> body = Map.of(
                "prompt", prompt, "n_predict", tokens, "temperature", 0, "ignore_eos", true, "cache_prompt", false);
        HttpRequest request = HttpRequest.newBuilder(completions)
                .timeout(ANSWER_MAX)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(mapper.writeValueAsString(body)))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode() + ": " + response.body());
        }
        JsonNode answer = mapper.readTree(response.body());
        return answer.path("tokens_predicted").asInt();
    }

    @Override
    public void close() {
        process.destroy();
        client.close();
    }
}
