package dev.stoa.bench.chat;

import dev.stoa.bench.Machine;
import dev.stoa.bench.Report;
import dev.stoa.bench.StoaServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench chat}: what a person waits for. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        description = "The chat service with a full database and the mock model: opening conversations, devices that"
                + " follow, and a slowed down browser while answers stream.")
public final class ChatCommand implements Callable<Integer> {
    /** One that the page lists; dev/speed.mjs asks others too. */
    private static final String MODEL = "mock-50-20-4096";

    private static final String SETTINGS = "chat: {titles: false}\n";
    private static final int SHORT_THREAD = 10;
    private static final int CHANGES = 10;

    @Option(names = "--cases", split = ",", description = "which: open, devices, page (default: open,devices,page)")
    private List<String> cases = List.of("open", "devices", "page");

    @Option(names = "--messages", description = "in the database while conversations are opened (default: 1000000)")
    private int messages = 1_000_000;

    @Option(names = "--opens", description = "requests of each kind (default: 300)")
    private int opens = 300;

    @Option(names = "--devices", description = "that follow one person (default: 5000)")
    private int devices = 5000;

    @Option(names = "--thread", description = "messages of the thread into which answers stream (default: 2000)")
    private int thread = 2000;

    @Option(names = "--slow", description = "how many times slower the browser is made (default: 4)")
    private int slow = 4;

    @Option(
            names = "--data",
            description = "folder of the database; it stays, and what a run has filled the next finds there")
    private @Nullable Path data;

    @Option(names = "--json", description = "print JSON lines, one row each")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        Report report = new Report(json, System.out);
        report.machine(Machine.describe());
        Figures figures = new Figures(report);
        Path launcher = Path.of(System.getenv().getOrDefault("STOA_LAUNCHER", "./stoa"));
        try (StoaServer server = StoaServer.start(launcher, MODEL, SETTINGS, data);
                Connection database = server.database()) {
            if (cases.contains("open")) {
                new Opening(server, figures, opens).measure(database, messages);
            }
            if (cases.contains("devices")) {
                follow(figures, server, database);
            }
            if (cases.contains("page")) {
                page(figures, server, database, launcher.toAbsolutePath().resolveSibling("web"));
            }
        }
        return 0;
    }

    private void follow(Figures figures, StoaServer server, Connection database)
            throws IOException, InterruptedException, SQLException {
        UUID changing =
                Threads.add(database, "changing-" + UUID.randomUUID(), 1, 2).getFirst();
        long before = server.residentBytes();
        try (Devices all = new Devices(server, devices)) {
            double[] last = new double[CHANGES];
            double[] middle = new double[CHANGES];
            for (int i = 0; i < CHANGES; i++) {
                String word = "title-" + i + "-of-the-bench";
                long begin = System.nanoTime();
                server.send("PATCH", "/api/conversations/" + changing, "{\"title\": \"" + word + "\"}");
                double[] heard = all.hear(word, begin);
                middle[i] = Figures.quantile(heard, 0.5);
                last[i] = Figures.quantile(heard, 1);
            }
            Arrays.sort(middle);
            Arrays.sort(last);
            figures.add(devices + " devices, half have heard", "ms", Figures.quantile(middle, 0.5));
            figures.add(devices + " devices, all have heard", "ms", Figures.quantile(last, 0.5));
            figures.add("memory of a device", "kB", (server.residentBytes() - before) / 1000.0 / devices);
        }
    }

    /** The browser's part is a script beside the page, which has its driver. */
    private void page(Figures figures, StoaServer server, Connection database, Path web)
            throws IOException, InterruptedException, SQLException {
        // Answers are added to them, so each run has its own.
        String run = UUID.randomUUID().toString();
        UUID brief = Threads.add(database, "brief-" + run, 1, SHORT_THREAD).getFirst();
        UUID tall = Threads.add(database, "page-" + run, 1, thread).getFirst();
        Process node = new ProcessBuilder(
                        "node",
                        "dev/speed.mjs",
                        server.address(),
                        StoaServer.KEY,
                        brief.toString(),
                        tall.toString(),
                        Integer.toString(slow))
                .directory(web.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (node.waitFor() != 0) {
            throw new IOException("the browser's part failed: " + out);
        }
        for (JsonNode row : new JsonMapper().readTree(out)) {
            figures.add(
                    row.get("case").stringValue(),
                    row.get("unit").stringValue(),
                    row.get("value").asDouble());
        }
    }
}
