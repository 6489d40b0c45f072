package dev.stoa.bench.batch;

import dev.stoa.bench.Machine;
import dev.stoa.bench.Report;
import dev.stoa.bench.Row;
import dev.stoa.bench.StoaServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench batch}: the largest batch there may be, in both protocols, on the mock model. */
@Command(
        name = "batch",
        mixinStandardHelpOptions = true,
        description =
                "A batch of 100,000 requests in each protocol: how long it takes to be taken, to be answered and to"
                        + " be read, and how much memory the server has at most meanwhile.")
public final class BatchCommand implements Callable<Integer> {
    private static final String BENCH = "batch";
    private static final String MODEL = "mock-0-0-8";
    private static final long LOOK_MILLIS = 250;
    private static final JsonMapper JSON = new JsonMapper();

    @Option(names = "--items", description = "of each batch (default: 100000)")
    private int items = 100_000;

    @Option(names = "--concurrency", description = "items at once, stoa.batch.concurrency (default: 8, as it is)")
    private int concurrency = 8;

    @Option(names = "--json", description = "print JSON lines, one row each")
    private boolean json;

    private interface Protocol {
        /** Makes the batch. @return where it is looked at */
        String make(StoaServer server) throws IOException, InterruptedException;

        boolean ended(JsonNode batch);

        /** Where its results are read. */
        String results(JsonNode batch);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Report report = new Report(json, System.out);
        report.machine(Machine.describe());
        Path launcher = Path.of(System.getenv().getOrDefault("STOA_LAUNCHER", "./stoa"));
        String settings = """
                batch: {concurrency: %d}
                limits: {requests-per-minute: 10000000, in-flight-per-key: 10000}
                """.formatted(concurrency);
        try (StoaServer server = StoaServer.start(launcher, MODEL, settings, null)) {
            run(report, server, "anthropic", new Anthropic());
            run(report, server, "openai", new OpenAi());
        }
        return 0;
    }

    private void run(Report report, StoaServer server, String name, Protocol protocol)
            throws IOException, InterruptedException {
        AtomicLong most = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        Thread watch = Thread.ofVirtual().start(() -> watch(server, most, done));
        long before = server.residentBytes();
        long begin = System.nanoTime();
        String path = protocol.make(server);
        long taken = System.nanoTime();
        JsonNode batch = look(server, path);
        while (!protocol.ended(batch)) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            batch = look(server, path);
        }
        long ended = System.nanoTime();
        byte[] results = server.get(protocol.results(batch)).body();
        long read = System.nanoTime();
        done.set(true);
        watch.join();
        long lines = new String(results, StandardCharsets.UTF_8).lines().count();
        if (lines != items) {
            throw new IOException(lines + " results of " + items + ": " + batch);
        }
        add(report, name + ", taken", "s", (taken - begin) / 1e9);
        add(report, name + ", answered", "s", (ended - taken) / 1e9);
        add(report, name + ", items a second", "1/s", items / ((ended - taken) / 1e9));
        add(report, name + ", results read", "s", (read - ended) / 1e9);
        add(report, name + ", memory before", "MB", before / 1e6);
        add(report, name + ", memory at most", "MB", most.get() / 1e6);
    }

    private static void watch(StoaServer server, AtomicLong most, AtomicBoolean done) {
        try {
            while (!done.get()) {
                most.accumulateAndGet(server.residentBytes(), Math::max);
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (IOException _) {
            // The server has ended, which the other thread finds too.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void add(Report report, String name, String unit, double value) {
        report.add(new Row(BENCH, name, unit, value, null, null, null));
    }

    private static JsonNode look(StoaServer server, String path) throws IOException, InterruptedException {
        return JSON.readTree(server.get(path).body());
    }

    private static String params() {
        return "{\"model\": \"" + MODEL + "\", \"max_tokens\": 8,"
                + " \"messages\": [{\"role\": \"user\", \"content\": \"Say eight words of the sea.\"}]}";
    }

    private final class Anthropic implements Protocol {
        @Override
        public String make(StoaServer server) throws IOException, InterruptedException {
            StringBuilder body = new StringBuilder("{\"requests\": [");
            for (int i = 0; i < items; i++) {
                body.append(i == 0 ? "" : ",")
                        .append("{\"custom_id\": \"item-" + i + "\", \"params\": " + params() + "}");
            }
            String made = server.send(
                    "POST", "/v1/messages/batches", body.append("]}").toString());
            return "/v1/messages/batches/" + JSON.readTree(made).get("id").stringValue();
        }

        @Override
        public boolean ended(JsonNode batch) {
            return batch.get("processing_status").stringValue().equals("ended");
        }

        @Override
        public String results(JsonNode batch) {
            return "/v1/messages/batches/" + batch.get("id").stringValue() + "/results";
        }
    }

    private final class OpenAi implements Protocol {
        private static final String BOUNDARY = "a-line-of-the-bench";

        @Override
        public String make(StoaServer server) throws IOException, InterruptedException {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < items; i++) {
                lines.append(
                        "{\"custom_id\": \"item-" + i + "\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\","
                                + " \"body\": " + params() + "}\n");
            }
            String form = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--"
                    + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"items.jsonl\"\r\n"
                    + "Content-Type: application/jsonl\r\n\r\n" + lines + "\r\n--" + BOUNDARY + "--\r\n";
            String file = JSON.readTree(
                            server.send("POST", "/v1/files", form, "multipart/form-data; boundary=" + BOUNDARY))
                    .get("id")
                    .stringValue();
            String made = server.send(
                    "POST",
                    "/v1/batches",
                    "{\"input_file_id\": \"" + file
                            + "\", \"endpoint\": \"/v1/chat/completions\", \"completion_window\": \"24h\"}");
            return "/v1/batches/" + JSON.readTree(made).get("id").stringValue();
        }

        @Override
        public boolean ended(JsonNode batch) {
            String status = batch.get("status").stringValue();
            return status.equals("completed") || status.equals("failed");
        }

        @Override
        public String results(JsonNode batch) {
            return "/v1/files/" + batch.path("output_file_id").asString("none") + "/content";
        }
    }
}
